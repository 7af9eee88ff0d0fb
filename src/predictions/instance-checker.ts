import type { CheckInstances, InstanceFault } from '../catalog/index.js';
import { describeValue, isObject, quote } from '../pipelines/index.js';
import { parsePipeline } from '../pipelines/index.js';
import type { PipelineRunner } from './pipeline-runner.js';
import type { Pipeline } from '../pipelines/index.js';

const MAX_DEPTH = 16;

/** Judges examples that are published with a version: whether its pipeline reads them, and could answer what they expect. */
export class InstanceChecker {
  constructor(private readonly runner: PipelineRunner) {}

  /** @throws DomainError as PipelineRunner.check */
  readonly check: CheckInstances = async (declared, signature, examples) => {
    const pipeline = parsePipeline(declared, signature);
    const notes = await this.runner.check(
      pipeline,
      examples.map(({ instance }) => instance),
    );
    return examples.map(({ expected }, index): InstanceFault | null => {
      const note = notes[index];
      if (note) return { part: 'instance', message: `${note.code}: ${note.message}` };
      const message = expected === null ? null : valueFault(pipeline, expected);
      return message === null ? null : { part: 'expected', message };
    });
  };
}

/** Why `predict` could never answer this value; null when it could. */
function valueFault({ result }: Pipeline, value: unknown): string | null {
  const names = Object.keys(result);
  if (names.length === 1) return isAnswer(value) ? null : `${ANSWER}, got ${describeValue(value)}`;
  const expected = `Expected an object with ${names.map(quote).join(', ')}`;
  if (!isObject(value)) return `${expected}, got ${describeValue(value)}`;
  for (const [name, one] of Object.entries(value)) {
    if (!names.includes(name)) return `${expected}, got ${quote(name)} as well`;
    if (!isAnswer(one)) return `${ANSWER} for ${quote(name)}, got ${describeValue(one)}`;
  }
  return null;
}

const ANSWER = 'Expected a number, a text, true or false, or lists of them';

function isAnswer(value: unknown, depth = 0): boolean {
  if (Array.isArray(value))
    return depth < MAX_DEPTH && value.every((item: unknown) => isAnswer(item, depth + 1));
  return ['number', 'string', 'boolean'].includes(typeof value);
}
