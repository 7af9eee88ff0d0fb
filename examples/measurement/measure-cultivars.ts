import type { ExampleVersion, MetricInput } from '../example.js';
import { TRAINED_ON, WINES } from './dataset-names.js';
import { wines } from './datasets.js';
import type { ExampleLaboratory } from './example-laboratory.js';
import { metric } from './metric.js';
import { outOfFoldRows, REPEATS, type OutOfFoldRow } from './out-of-fold.js';
import { mean } from './statistics.js';

/** A row as a classifier sees it: what it is, and how likely the classifier held each class. */
export interface Judged {
  readonly measured: string;
  readonly probabilities: ReadonlyMap<string, number>;
}

export async function measureCultivars(
  laboratory: ExampleLaboratory,
  version: ExampleVersion,
): Promise<MetricInput[]> {
  const { outOfFold = '', classes = [] } = version;
  const given = await wines();
  const rows = await outOfFoldRows(outOfFold);
  const other = given.findIndex(({ cultivar }, index) => rows[index]?.measured !== cultivar);
  if (other >= 0 || rows.length !== given.length)
    throw new Error(
      `${outOfFold}, row ${other + 1}, is not of the data: npm run examples:train writes it anew`,
    );
  const fitted = await laboratory.probabilities(
    version,
    given.map(({ measurements }) => measurements),
  );
  const judged = fitted.map((probabilities, index) => ({
    measured: given[index]?.cultivar ?? '',
    probabilities,
  }));
  const folds = judgedByFold(rows, classes);
  const unseen = rows.map((row) => judgedUnseen(row, classes, 1));
  return [
    ...metricsOf([unseen], WINES),
    ...metricsOf(folds, TRAINED_ON['wine-cultivar'].folds),
    ...metricsOf([judged], TRAINED_ON['wine-cultivar'].fit),
  ];
}

/** What a model said that was trained without the row's fold. */
export function judgedUnseen(
  { measured, cells }: OutOfFoldRow,
  classes: readonly string[],
  repeat: number,
): Judged {
  return {
    measured,
    probabilities: new Map(classes.map((name) => [name, Number(cells[`${name}_${repeat}`])])),
  };
}

/** The rows of every fold of every repeat. */
export function judgedByFold(rows: readonly OutOfFoldRow[], classes: readonly string[]): readonly Judged[][] {
  const folds = new Map<string, Judged[]>();
  for (const row of rows)
    for (let repeat = 1; repeat <= REPEATS; repeat += 1) {
      const key = `${repeat}/${row.cells[`fold_${repeat}`] ?? ''}`;
      folds.set(key, [...(folds.get(key) ?? []), judgedUnseen(row, classes, repeat)]);
    }
  return [...folds.values()];
}

/** The share of rows whose likeliest class is right. */
export function accuracyOf(rows: readonly Judged[]): number {
  return (
    rows.filter(({ measured, probabilities }) => likeliest(probabilities) === measured).length / rows.length
  );
}

/** −ln of the probability that the right class was given, on average. */
export function logLossOf(rows: readonly Judged[]): number {
  // Files have seven decimals: what is 0 there is less than half of the last.
  return mean(
    rows.map(({ measured, probabilities }) => -Math.log(Math.max(probabilities.get(measured) ?? 0, 5e-8))),
  );
}

function likeliest(probabilities: ReadonlyMap<string, number>): string | undefined {
  return [...probabilities].toSorted(([, one], [, other]) => other - one)[0]?.[0];
}

function metricsOf(groups: readonly (readonly Judged[])[], dataset: string): MetricInput[] {
  return [
    metric('accuracy', mean(groups.map(accuracyOf)), '1', dataset, true),
    metric('log_loss', mean(groups.map(logLossOf)), '1', dataset, false),
  ];
}
