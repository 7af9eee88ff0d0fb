import type { VersionRecord } from '../catalog/index.js';
import { DomainError } from '../platform/errors.js';
import { outputPairs, type OutputPair } from './declared-outputs.js';
import { compareElements, type DifferingRow, type ElementDifferences } from './element-differences.js';
import { expectedRow, expectationOf, type Expectation } from './expectation.js';
import type { RowAnswer } from './row-answers.js';
import type { Sample } from './samples/sample.js';

export interface RefusedRow {
  readonly row: number;
  /** What the base said; null when it answered. */
  readonly base: string | null;
  readonly target: string | null;
}

export interface OutputComparison extends OutputPair {
  /** Null where there is an obstacle. */
  readonly differences: OutputDifferences | null;
  /** Null where there is an obstacle, or no row that was answered says what it expects. */
  readonly expectation: Expectation | null;
}

export type OutputDifferences = Omit<ElementDifferences, 'rows'> & {
  readonly rows: readonly (DifferingRow & {
    /** What the sample says should be there; null when it does not. */
    readonly expected: DifferingRow['base'] | null;
  })[];
};

export interface OutputsComparison {
  readonly sample: Sample;
  /** Rows that both versions answered: only those are compared. */
  readonly answeredRows: number;
  readonly refusedByBase: number;
  readonly refusedByTarget: number;
  readonly refusedByBoth: number;
  /** The first of those that only one version refused, then of those that both did; as many as rows were asked for. */
  readonly refusals: readonly RefusedRow[];
  readonly outputs: readonly OutputComparison[];
}

/**
 * Lays the answers of two versions to one sample side by side.
 *
 * @throws DomainError INVALID_INSTANCE or INVALID_TENSOR when a sample that was given fits neither version
 */
export function compareAnswers(
  sample: Sample,
  versions: { readonly base: VersionRecord; readonly target: VersionRecord },
  answers: { readonly base: readonly RowAnswer[]; readonly target: readonly RowAnswer[] },
  wantedRows: number,
): OutputsComparison {
  const rows = answers.base.map((base, row) => ({ row, base, target: answers.target[row] ?? NO_ANSWER }));
  const refusals = rows
    .map(({ row, base, target }) => ({ row, base: reason(base), target: reason(target) }))
    .filter(({ base, target }) => base !== null || target !== null);
  const both = refusals.filter(({ base, target }) => base !== null && target !== null);
  if (both.length === rows.length) throw fitsNeither(sample, versions, both);
  const one = refusals.filter((refusal) => !both.includes(refusal));
  const answered = rows.flatMap(({ row, base, target }) =>
    base.kind === 'answer' && target.kind === 'answer'
      ? [{ row, base: base.outputs, target: target.outputs }]
      : [],
  );
  return {
    sample,
    answeredRows: answered.length,
    refusedByBase: one.filter(({ base }) => base !== null).length,
    refusedByTarget: one.filter(({ target }) => target !== null).length,
    refusedByBoth: both.length,
    refusals: [...one, ...both].slice(0, wantedRows),
    outputs: outputPairs(sample, versions.base, versions.target).map((pair) => {
      const { base, target, obstacle } = pair;
      const none = { ...pair, differences: null, expectation: null };
      if (obstacle !== null || !base || !target) return none;
      if (answered.length === 0) return { ...none, obstacle: 'No row was answered by both.' };
      const values = answered.map((row) => ({
        row: row.row,
        base: row.base.get(base.name) ?? [],
        target: row.target.get(target.name) ?? [],
      }));
      const { rows: worst, ...differences } = compareElements(values, wantedRows);
      const names = [base.name, target.name];
      return {
        ...pair,
        differences: {
          ...differences,
          rows: worst.map((row) => ({
            ...row,
            expected: expectedRow(sample, row.row, names)?.[row.element] ?? null,
          })),
        },
        expectation: expectationOf(sample, values, names),
      };
    }),
  };
}

const NO_ANSWER: RowAnswer = {
  kind: 'refusal',
  code: 'RUN_FAILED',
  message: 'There is no answer for this row',
};

function reason(answer: RowAnswer): string | null {
  return answer.kind === 'refusal' ? answer.message : null;
}

function fitsNeither(
  sample: Sample,
  { base, target }: { readonly base: VersionRecord; readonly target: VersionRecord },
  [first]: readonly RefusedRow[],
): DomainError {
  const isInstances = sample.form === 'INSTANCES';
  const isGiven = sample.source === 'GIVEN';
  const what = sample.source === 'GENERATED' ? 'made-up rows' : isInstances ? 'instances' : 'rows';
  const advice = isGiven ? '' : ' Give a sample of your own.';
  return new DomainError(
    isInstances ? 'INVALID_INSTANCE' : 'INVALID_TENSOR',
    `Neither version takes any of the ${sample.rows} ${what}. ${base.ref}: ${first?.base ?? ''}; ${target.ref}: ${first?.target ?? ''}.${advice}`,
    { field: isGiven ? ['sample', isInstances ? 'instances' : 'inputs'] : ['sample'] },
  );
}
