import type { PreparedRow } from '../../src/reliability/index.js';
import { fitDomain, DomainJudge, TrainingSample } from '../../src/reliability/index.js';
import type { Pipeline } from '../../src/pipelines/index.js';
import { seededRandom } from '../../src/platform/seeded-random.js';
import { errorsOf, type Errors } from '../measurement/statistics.js';

export interface JudgedRow {
  readonly prepared: PreparedRow;
  readonly measured: number;
  readonly predicted: number;
  readonly fold: string;
}

export interface DomainErrors {
  readonly inside: Errors & { readonly rows: number };
  readonly outside: Errors & { readonly rows: number };
}

/** How far predictions are off inside and outside the domain of what their model was trained on. */
export async function domainErrors(pipeline: Pipeline, rows: readonly JudgedRow[]): Promise<DomainErrors> {
  const { inside, outside } = await byDomain(pipeline, rows);
  return { inside: errors(inside), outside: errors(outside) };
}

/**
 * Rows inside and outside: for each fold the domain is fitted anew, to the other folds, as it is fitted when a version is
 * published with training data.
 */
export async function byDomain<Row extends Pick<JudgedRow, 'prepared' | 'fold'>>(
  pipeline: Pipeline,
  rows: readonly Row[],
): Promise<{ readonly inside: readonly Row[]; readonly outside: readonly Row[] }> {
  const inside: Row[] = [];
  const outside: Row[] = [];
  for (const fold of new Set(rows.map((row) => row.fold))) {
    const sample = new TrainingSample(seededRandom(1));
    for (const { prepared, fold: own } of rows)
      if (own !== fold)
        sample.add({ instance: null, prepared, shown: { instance: null, measured: null, predicted: null } });
    const domain = await fitDomain(sample, null, {
      coverage: 0.95,
      neighbours: 5,
      discloses: false,
      unreadable: 0,
    });
    const judge = new DomainJudge(pipeline, domain);
    for (const row of rows)
      if (row.fold === fold) (judge.judge(row.prepared, null).verdict.inside ? inside : outside).push(row);
  }
  return { inside, outside };
}

function errors(rows: readonly JudgedRow[]): Errors & { readonly rows: number } {
  const predicted = rows.map((row) => row.predicted);
  const measured = rows.map((row) => row.measured);
  return { rows: rows.length, ...errorsOf(predicted, measured) };
}
