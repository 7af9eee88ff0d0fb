import type { IdentifiedPrediction } from '../../predictions/index.js';
import { DomainError } from '../../platform/errors.js';
import type { AnsweredRow } from '../rows/answering.js';

type Results = IdentifiedPrediction['results'];

/** A row whose value is known, and what was predicted of it. */
export interface LabelledRow {
  readonly measured: number | string;
  readonly predicted: number | string;
  readonly group: string | null;
  /** Of the interval, where there is one; null bounds are infinite. */
  readonly interval: { readonly low: number | null; readonly high: number | null } | null;
  /** Of each class, where a result of the version says so. */
  readonly probabilities: Readonly<Record<string, number>> | null;
}

export interface LabelledQuestion {
  /** The result that is compared; null: the first. */
  readonly result: string | null;
  readonly hasGroups: boolean;
}

/** The names under which the measured value and the group are read beside the instance. */
export const TARGET = 'target';
export const GROUP = 'group';

/** @returns why the row does not count, in words for the list of those */
export function labelledRow(
  { asked, prediction }: AnsweredRow,
  label: Readonly<Record<string, unknown>> | string,
  question: LabelledQuestion,
): LabelledRow | { readonly fault: string } {
  if (asked.fault !== null) return { fault: asked.fault };
  if (typeof label === 'string') return { fault: label };
  if (prediction === null) return { fault: 'It was not answered.' };
  if (prediction.error !== null) return { fault: `${prediction.error.code}: ${prediction.error.message}` };
  const result = resultOf(prediction.results, question.result);
  const group = question.hasGroups ? groupName(label[GROUP]) : null;
  const { name, value, interval = null } = result;
  const probabilities = probabilitiesOf(prediction.results.map((each) => each.value));
  return labelled({ name, value, interval, probabilities, group }, label[TARGET]);
}

/** What was predicted, side by side with what was measured. @throws DomainError INVALID_ARGUMENT for what is neither number nor label */
export function labelled(
  {
    name,
    value,
    ...known
  }: Pick<LabelledRow, 'group' | 'interval' | 'probabilities'> & {
    readonly name: string;
    readonly value: unknown;
  },
  measured: unknown,
): LabelledRow | { readonly fault: string } {
  if (typeof value === 'string' || typeof value === 'boolean')
    return { ...known, measured: labelText(measured), predicted: labelText(value) };
  if (typeof value !== 'number')
    throw new DomainError(
      'INVALID_ARGUMENT',
      `The result ${JSON.stringify(name)} is ${Array.isArray(value) ? 'a list' : 'an object'} for each row: expected a result that is one number or one label. Name it with predicted.`,
      { field: ['predicted'] },
    );
  const number = typeof measured === 'number' ? measured : Number.NaN;
  if (!Number.isFinite(number))
    return { fault: `The measured value is ${JSON.stringify(measured)}: expected a number.` };
  return { ...known, measured: number, predicted: value };
}

function resultOf(results: Results, name: string | null): Results[number] {
  const found = name === null ? results[0] : results.find((result) => result.name === name);
  if (found) return found;
  throw new DomainError(
    'INVALID_ARGUMENT',
    `predicted: the version has the results ${results.map((result) => JSON.stringify(result.name)).join(', ')}, got ${JSON.stringify(name)}.`,
    { field: ['predicted'] },
  );
}

/** Labels are compared as text, so that 1 in a table is the class "1". */
function labelText(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value ?? null);
}

function groupName(value: unknown): string {
  return value === undefined || value === null || value === '' ? '(none)' : labelText(value);
}

/** A result that is a number by the name of each class, and these add up to one. */
export function probabilitiesOf(values: readonly unknown[]): LabelledRow['probabilities'] {
  for (const value of values) {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) continue;
    const entries = Object.entries(value);
    if (entries.length < 2 || !entries.every(([, share]) => typeof share === 'number')) continue;
    const sum = entries.reduce((total, [, share]) => total + Number(share), 0);
    if (Math.abs(sum - 1) < 1e-3)
      return Object.fromEntries(entries.map(([name, share]) => [name, Number(share)]));
  }
  return null;
}
