import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { TRAINED } from '../trained-models.js';
import { csvRows } from './datasets.js';
import { errorsOf, type Errors } from './statistics.js';

/** How often the rows were divided anew into five folds. */
export const REPEATS = 5;

/** One measured row, and what was said of it. */
export interface OutOfFoldRow {
  /** The fields of the instance, as the file has them. */
  readonly instance: Readonly<Record<string, string>>;
  readonly measured: string;
  /** What the published model, which was trained on this row too, answers by scikit-learn. */
  readonly fitted: string;
  /** For each repeat: what a model said that was trained without the row's fold, and the fold. */
  readonly unseen: readonly { readonly predicted: string; readonly fold: string }[];
  /** All cells of the line by name, such as the probability of each class. */
  readonly cells: Readonly<Record<string, string>>;
}

/** What `npm run examples:train` wrote of a model's rows: `<model>-<version>-out-of-fold.csv`. */
export async function outOfFoldRows(file: string): Promise<readonly OutOfFoldRow[]> {
  const [header = [], ...lines] = csvRows(await readFile(join(TRAINED, file), 'utf8'));
  const fields = header.slice(0, header.indexOf('measured'));
  return lines.map((line) => {
    const cell = (name: string) => line[header.indexOf(name)] ?? '';
    return {
      instance: Object.fromEntries(fields.map((field) => [field, cell(field)])),
      measured: cell('measured'),
      fitted: cell('fitted'),
      unseen: Array.from({ length: REPEATS }, (_, repeat) => ({
        predicted: cell(`predicted_${repeat + 1}`),
        fold: cell(`fold_${repeat + 1}`),
      })),
      cells: Object.fromEntries(header.map((name, place) => [name, line[place] ?? ''])),
    };
  });
}

/** Of every fold of every repeat, how far a model was off that had not seen it. */
export function errorsByFold(rows: readonly OutOfFoldRow[]): readonly Errors[] {
  const folds = new Map<string, { predicted: number[]; measured: number[] }>();
  for (const { measured, unseen } of rows)
    for (const [repeat, { predicted, fold }] of unseen.entries()) {
      const key = `${repeat}/${fold}`;
      const known = folds.get(key) ?? { predicted: [], measured: [] };
      folds.set(key, known);
      known.predicted.push(Number(predicted));
      known.measured.push(Number(measured));
    }
  return [...folds.values()].map(({ predicted, measured }) => errorsOf(predicted, measured));
}
