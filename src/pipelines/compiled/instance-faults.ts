import type { Pipeline } from '../pipeline.js';
import { describeValue, isObject, quote } from '../instances/describe-value.js';
import type { InstanceReader } from './instance-reader.js';

const MAX_DEPTH = 16;

/** What is wrong with an instance, or with what it is expected to be answered. */
export interface InstanceFault {
  readonly part: 'instance' | 'expected';
  /** What was expected, what came. */
  readonly message: string;
}

/**
 * Judges examples that are published with a version: whether its pipeline reads them, and could answer what they expect.
 *
 * @returns one for each example; null where nothing is wrong
 * @throws DomainError UNAVAILABLE when molecules cannot be read at the moment
 */
export async function instanceFaults(
  reader: InstanceReader,
  pipeline: Pipeline,
  examples: readonly { readonly instance: unknown; readonly expected: unknown }[],
): Promise<(InstanceFault | null)[]> {
  const faults = await reader.faults(
    pipeline,
    examples.map(({ instance }) => instance),
  );
  return examples.map(({ expected }, index): InstanceFault | null => {
    const fault = faults[index];
    if (fault) return { part: 'instance', message: `${fault.code}: ${fault.message}` };
    const message = expected === null ? null : valueFault(pipeline, expected);
    return message === null ? null : { part: 'expected', message };
  });
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
