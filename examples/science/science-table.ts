import type { Errors } from '../measurement/statistics.js';
import type { ClassScience } from './measure-classes.js';
import type { ModelScience } from './measure-science.js';

/** The table of docs/SCIENCE.md, in Markdown. */
export function scienceTable(models: readonly ModelScience[]): string {
  const line = (title: string, cell: (model: ModelScience) => string) => [title, ...models.map(cell)];
  const rows = [
    ['', ...models.map(({ model, number, unit }) => `\`${model}@${number}\`, ${unit}`)],
    ['---', ...models.map(() => '---:')],
    line('rows', ({ rows }) => String(rows)),
    line('RMSE, mean of 5 × 5 folds', ({ folds }) => digits(folds.rmse)),
    line('MAE, mean of 5 × 5 folds', ({ folds }) => digits(folds.mae)),
    line('coverage at level 0.9, one split', ({ coverage }) => percent(coverage.once)),
    line(
      'where 95 of 100 right intervals lie',
      ({ coverage: { expected, calibration, tried } }) =>
        `${percent(expected.low)} to ${percent(expected.high)} (${calibration} calibrate, ${tried} are tried)`,
    ),
    line('mean coverage', ({ coverage: { mean, splits } }) => `${percent(mean)} over ${splits} splits`),
    line('inside the domain', ({ domain: { inside } }) => errors(inside, inside.rows)),
    line('outside the domain', ({ domain: { outside } }) => errors(outside, outside.rows)),
    line('never trained on, all outside', ({ leftOut }) =>
      leftOut ? `${errors(leftOut.errors, leftOut.rows)}: ${leftOut.what}` : '–',
    ),
  ];
  return rows.map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}

/** The table of a model that answers classes. */
export function classTable({ model, rows, folds, sets, domain }: ClassScience): string {
  const shown = (part: ClassScience['domain']['inside']) =>
    `accuracy ${percent(part.accuracy)}, log loss ${digits(part.logLoss)} (${part.rows} rows)`;
  const lines = [
    ['', `\`${model}@1\``],
    ['---', '---:'],
    ['rows', String(rows)],
    ['accuracy, mean of 5 × 5 folds', percent(folds.accuracy)],
    ['log loss, mean of 5 × 5 folds', digits(folds.logLoss)],
    ...sets.coverage.map(({ name, mean, right }) => [
      `mean coverage of ${name} at level 0.9; of right sets`,
      `${percent(mean)}; ${percent(right)}`,
    ]),
    ['sets of one cultivar, of several, of none', sets.sizes.map(percent).join(', ')],
    ['inside the domain', shown(domain.inside)],
    ['outside the domain', shown(domain.outside)],
  ];
  return lines.map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}

function errors({ rmse, mae }: Errors, rows: number): string {
  return `RMSE ${digits(rmse)}, MAE ${digits(mae)} (${rows} rows)`;
}

function digits(value: number): string {
  return value.toFixed(3);
}

function percent(share: number): string {
  return `${(share * 100).toFixed(1)} %`;
}
