import { ModelProblem } from '../model-problem.js';
import type { DeclaredValue, GraphSummary } from './summary.js';
import { text } from './text.js';
import type { EntryMessage } from './messages.js';

// What a file says of itself goes into rows that lists and requests read: each part of it has a limit. What the graph
// needs is refused beyond its own, since half of it would be wrong; free text is cut off, and what is missing is counted.

/** Inputs and outputs together: language models have some hundreds, for the keys and values of every layer. */
const MAX_VALUES = 4_096;
/** Names of inputs, outputs and their dimensions, altogether. */
const MAX_SIGNATURE_TEXT = 256 * 1024;
const MAX_NAME = 1_000;
const MAX_OPSETS = 200;
const MAX_OPERATORS = 5_000;
const MAX_OPERATOR_TEXT = 256 * 1024;
const MAX_PRODUCER = 500;
const METADATA = { pairs: 200, key: 200, value: 8 * 1024, all: 64 * 1024 } as const;
const INT32 = 2n ** 31n;

/** @throws ModelProblem UNSUPPORTED_MODEL */
export function checkValues(inputs: readonly DeclaredValue[], outputs: readonly DeclaredValue[]): void {
  const names = [...inputs, ...outputs].map(({ name }) => name);
  atMost(names.length, MAX_VALUES, 'inputs and outputs');
  checkNames(names, 'inputs and outputs', MAX_SIGNATURE_TEXT);
}

/** @throws ModelProblem UNSUPPORTED_MODEL */
export function checkDimensionNames(names: readonly string[]): void {
  checkNames(names, 'dimensions', MAX_SIGNATURE_TEXT);
}

/** @throws ModelProblem UNSUPPORTED_MODEL */
export function checkOperators(operators: ReadonlyMap<string, number>): void {
  atMost(operators.size, MAX_OPERATORS, 'different operators');
  checkNames([...operators.keys()], 'operators', MAX_OPERATOR_TEXT);
}

/** @throws ModelProblem UNSUPPORTED_MODEL, INVALID_MODEL */
export function checkOpsets(opsets: readonly { domain: string; version: bigint }[]): GraphSummary['opsets'] {
  atMost(opsets.length, MAX_OPSETS, 'operator sets');
  checkNames(
    opsets.map(({ domain }) => domain),
    'operator sets',
    MAX_OPERATOR_TEXT,
  );
  return opsets.map(({ domain, version }) => ({
    domain,
    version: int32(version, `operator set ${JSON.stringify(domain === '' ? 'ai.onnx' : domain)}`),
  }));
}

/** @throws ModelProblem INVALID_MODEL */
export function int32(value: bigint, what: string): number {
  if (value >= -INT32 && value < INT32) return Number(value);
  throw new ModelProblem('INVALID_MODEL', `Expected a version of ${what} below 2^31, got ${value}`);
}

export function boundedProducer(producer: string): string | null {
  return producer === '' ? null : cut(producer, MAX_PRODUCER);
}

/** The first pairs, within the limits, and how many are shortened or left out. */
export function boundedMetadata(
  entries: readonly EntryMessage[],
): Pick<GraphSummary, 'metadata' | 'metadataOmitted'> {
  const metadata = new Map<string, string>();
  let omitted = 0;
  let left: number = METADATA.all;
  for (const entry of entries) {
    const [key, value] = [text(entry.key), text(entry.value)];
    const kept = cut(value, METADATA.value);
    const isRoom =
      metadata.size < METADATA.pairs && key.length <= METADATA.key && key.length + kept.length <= left;
    if (!isRoom || kept !== value) omitted += 1;
    if (!isRoom) continue;
    left -= key.length + kept.length;
    metadata.set(key, kept);
  }
  return { metadata: Object.fromEntries(metadata), metadataOmitted: omitted };
}

function checkNames(names: readonly string[], what: string, most: number): void {
  const longest = names.find((name) => name.length > MAX_NAME);
  if (longest !== undefined)
    throw new ModelProblem(
      'UNSUPPORTED_MODEL',
      `Expected names of ${what} of at most ${MAX_NAME} characters, got one of ${longest.length}: ${JSON.stringify(longest.slice(0, 60))}…`,
    );
  const all = names.reduce((sum, name) => sum + name.length, 0);
  if (all > most)
    throw new ModelProblem(
      'UNSUPPORTED_MODEL',
      `Expected names of ${what} of at most ${most} characters altogether, got ${all}`,
    );
}

function atMost(count: number, most: number, what: string): void {
  if (count > most)
    throw new ModelProblem('UNSUPPORTED_MODEL', `Expected at most ${most} ${what}, got ${count}`);
}

/** Whole characters, with a mark where something is missing. */
function cut(value: string, most: number): string {
  if (value.length <= most) return value;
  const end = /[\uD800-\uDBFF]/.test(value.charAt(most - 2)) ? most - 2 : most - 1;
  return `${value.slice(0, end)}…`;
}
