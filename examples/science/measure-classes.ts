import { InstanceReader, MoleculeWorker } from '../../src/pipelines/index.js';
import { seededRandom } from '../../src/platform/seeded-random.js';
import { conformalRank, conformalSet } from '../../src/statistics/index.js';
import {
  accuracyOf,
  judgedByFold,
  judgedUnseen,
  logLossOf,
  type Judged,
} from '../measurement/measure-cultivars.js';
import { outOfFoldRows } from '../measurement/out-of-fold.js';
import { mean } from '../measurement/statistics.js';
import { wineCultivar } from '../wine-cultivar/index.js';
import { shuffle } from './coverage.js';
import { byDomain } from './domain-errors.js';
import { trainedOn } from './measure-science.js';

interface ClassErrors {
  readonly rows: number;
  readonly accuracy: number;
  readonly logLoss: number;
}

/** What docs/SCIENCE.md tells of a model that answers classes. */
export interface ClassScience {
  readonly model: string;
  readonly rows: number;
  readonly folds: { readonly accuracy: number; readonly logLoss: number };
  readonly sets: Sets;
  readonly domain: { readonly inside: ClassErrors; readonly outside: ClassErrors };
}

export interface Sets {
  /** Of each class: how often its rows had it in their set, over all splits, and how often right sets have it. */
  readonly coverage: readonly { readonly name: string; readonly mean: number; readonly right: number }[];
  /** The share of sets of one class, of several, of none. */
  readonly sizes: readonly [number, number, number];
  readonly splits: number;
}

const LEVEL = 0.9;

export async function measureClasses(): Promise<ClassScience> {
  const { name: model, versions } = wineCultivar;
  const [version] = versions;
  const { outOfFold = '', classes = [] } = version ?? {};
  const molecules = new MoleculeWorker();
  try {
    const { pipeline, prepared } = await trainedOn(model, new InstanceReader({ molecules }));
    const rows = await outOfFoldRows(outOfFold);
    const judged = rows.map((row, place) => {
      const one = prepared[place];
      if (one === undefined) throw new Error(`Row ${place + 1} of ${outOfFold} cannot be read`);
      return { ...judgedUnseen(row, classes, 1), prepared: one, fold: row.cells.fold_1 ?? '' };
    });
    const folds = judgedByFold(rows, classes);
    const { inside, outside } = await byDomain(pipeline, judged);
    return {
      model,
      rows: rows.length,
      folds: { accuracy: mean(folds.map(accuracyOf)), logLoss: mean(folds.map(logLossOf)) },
      sets: setsOf(judged, classes),
      domain: { inside: errors(inside), outside: errors(outside) },
    };
  } finally {
    await molecules.close();
  }
}

/** Divides the rows of each class at random, half and half: one half calibrates, the sets of the other are looked at. */
function setsOf(rows: readonly Judged[], classes: readonly string[], splits = 100): Sets {
  const random = seededRandom(1986);
  const covered = new Map(classes.map((name) => [name, { hits: 0, tried: 0, calibration: 0 }]));
  const sizes: [number, number, number] = [0, 0, 0];
  for (let split = 0; split < splits; split += 1) {
    const scores = new Map<string, number[]>();
    const tried: Judged[] = [];
    for (const name of classes) {
      const own = shuffle(
        rows.filter(({ measured }) => measured === name),
        random,
      );
      const half = Math.floor(own.length / 2);
      const of = own.slice(0, half).map(({ probabilities }) => 1 - (probabilities.get(name) ?? 0));
      scores.set(
        name,
        of.sort((one, other) => one - other),
      );
      tried.push(...own.slice(half));
    }
    for (const { measured, probabilities } of tried) {
      const set = conformalSet(probabilities, scores, LEVEL);
      sizes[set.length === 1 ? 0 : set.length > 1 ? 1 : 2] += 1;
      const counts = covered.get(measured);
      if (counts === undefined) throw new Error(`No class ${measured}`);
      counts.calibration = scores.get(measured)?.length ?? 0;
      counts.tried += 1;
      if (set.includes(measured)) counts.hits += 1;
    }
  }
  const all = sizes.reduce((sum, count) => sum + count, 0);
  return {
    coverage: [...covered].map(([name, { hits, tried, calibration }]) => ({
      name,
      mean: hits / tried,
      right: conformalRank(calibration, LEVEL) / (calibration + 1),
    })),
    sizes: [sizes[0] / all, sizes[1] / all, sizes[2] / all],
    splits,
  };
}

function errors(rows: readonly Judged[]): ClassErrors {
  return { rows: rows.length, accuracy: accuracyOf(rows), logLoss: logLossOf(rows) };
}
