import { compareElements, type Distribution } from './element-differences.js';
import type { Elements } from './row-answers.js';
import { partOfSample, type Sample } from './samples/sample.js';

/** How far the answers lie from what the sample's rows say they should be. */
export interface Expectation {
  /** Rows that say so and were answered by both. */
  readonly rows: number;
  /** Of |answer − expected|; null without finite numbers. */
  readonly base: Distribution | null;
  readonly target: Distribution | null;
}

/** What a row expects of an output, which the two versions may call differently; null when it says nothing. */
export function expectedRow(sample: Sample, row: number, names: readonly string[]): Elements | null {
  const part = partOfSample(sample, row);
  const expected = part?.expected?.[row - part.firstRow];
  for (const name of names) {
    const elements = expected?.get(name);
    if (elements) return elements;
  }
  return null;
}

/** @param answered the answers of both versions, of an output with these names */
export function expectationOf(
  sample: Sample,
  answered: readonly { readonly row: number; readonly base: Elements; readonly target: Elements }[],
  names: readonly string[],
): Expectation | null {
  const rows = answered.flatMap(({ row, base, target }) => {
    const expected = expectedRow(sample, row, names);
    return expected ? [{ row, expected, base, target }] : [];
  });
  if (rows.length === 0) return null;
  const distances = (side: 'base' | 'target') =>
    compareElements(
      rows.map(({ row, expected, [side]: answer }) => ({ row, base: expected, target: answer })),
      0,
    ).absolute;
  return { rows: rows.length, base: distances('base'), target: distances('target') };
}
