import { setImmediate as nextTurn } from 'node:timers/promises';
import {
  fingerprintsOf,
  fitLeverage,
  fitScaling,
  meanDistance,
  mostSimilar,
  Neighbourhood,
  packBits,
  scaledRows,
  valueAtShare,
  type Rows,
} from '../../statistics/index.js';
import { columnKinds } from './column-kinds.js';
import type { ColumnDomain, FittedDomain, PrintDomain } from './fitted-domain.js';
import type { TrainingSample } from './training-sample.js';

/** Fewer columns of 0 and 1 are flags and one-hot categories, which have a distance; so many are a fingerprint. */
export const FEWEST_BITS = 64;
/** A leverage takes their square in time and memory. */
const MAX_LEVERAGE_COLUMNS = 256;
const MAX_DISTANCE_COLUMNS = 2_048;
/** Rows whose own neighbours are looked for, to know what is usual. */
const MAX_TRIED = 1_000;
/** Others get their turn after so many. */
const BETWEEN_TURNS = 16;

export interface DomainOptions {
  readonly coverage: number;
  readonly neighbours: number;
  readonly discloses: boolean;
  readonly unreadable: number;
}

/**
 * Fits what training rows say of where a model may be trusted.
 *
 * @param morgan fingerprints of the sample's molecules; null where instances are none
 */
export async function fitDomain(
  sample: TrainingSample,
  morgan: readonly (Uint32Array | null)[] | null,
  options: DomainOptions,
): Promise<FittedDomain> {
  const { coverage, discloses, unreadable } = options;
  const numbers = sample.numbers();
  const { dense, bits } = numbers === null ? { dense: [], bits: [] } : columnKinds(numbers);
  const hasPrint = bits.length >= FEWEST_BITS;
  return {
    count: sample.count,
    sampled: sample.rows.length,
    unreadable,
    coverage,
    ranges: sample.ranges,
    width: numbers?.width ?? 0,
    columns:
      numbers &&
      (await fitColumns(numbers, hasPrint ? dense : [...dense, ...bits].sort((a, b) => a - b), options)),
    prints:
      numbers !== null && hasPrint
        ? await fitModelPrints(numbers, bits, coverage)
        : await fitMorgan(morgan, coverage),
    shown: discloses ? sample.rows.map(({ shown }) => shown) : null,
  };
}

async function fitColumns(
  numbers: Rows,
  wanted: readonly number[],
  { coverage, neighbours }: DomainOptions,
): Promise<ColumnDomain | null> {
  const scaling = fitScaling(numbers, wanted);
  const width = scaling.columns.length;
  if (width === 0 || width > MAX_DISTANCE_COLUMNS) return null;
  const rows = scaledRows(scaling, numbers);
  const leverage = width <= MAX_LEVERAGE_COLUMNS ? fitLeverage(rows) : null;
  const training = new Neighbourhood(rows);
  const distances = await overRows(rows.count, (row) => {
    const own = rows.data.subarray(row * width, (row + 1) * width);
    return meanDistance(training.nearest(own, neighbours, { row }));
  });
  return {
    scaling,
    rows,
    // A limit of 1 excludes none of the rows that it was fitted to: there are too few of them to say more.
    leverage: leverage !== null && leverage.limit < 1 ? leverage : null,
    neighbours,
    limit: valueAtShare(distances, coverage),
    typical: valueAtShare(distances, 0.5),
  };
}

async function fitModelPrints(
  { count, width, data }: Rows,
  bits: readonly number[],
  coverage: number,
): Promise<PrintDomain> {
  const columns = Int32Array.from(bits);
  const rows = Array.from({ length: count }, (_, row) =>
    packBits(columns.map((column) => data[row * width + column] ?? 0)),
  );
  return fitPrints(rows, { kind: 'MODEL', columns }, coverage);
}

async function fitMorgan(
  morgan: readonly (Uint32Array | null)[] | null,
  coverage: number,
): Promise<PrintDomain | null> {
  // One that could not be read twice leaves the places of the others as they are.
  const words = morgan?.find((print) => print !== null)?.length;
  if (morgan === null || words === undefined) return null;
  return fitPrints(
    morgan.map((print) => print ?? new Uint32Array(words)),
    { kind: 'MORGAN' },
    coverage,
  );
}

async function fitPrints(
  rows: readonly Uint32Array[],
  source: PrintDomain['source'],
  coverage: number,
): Promise<PrintDomain> {
  const prints = fingerprintsOf(rows);
  const similarities = await overRows(prints.count, (row) => {
    const [nearest] = mostSimilar(prints, rows[row] ?? new Uint32Array(), 1, row);
    return nearest?.similarity ?? 0;
  });
  // What all but a share reach: the same share of the least similar is let go.
  const limit = -valueAtShare(
    similarities.map((similarity) => -similarity),
    coverage,
  );
  return { source, prints, limit };
}

/** Evenly spread: files are often sorted. */
async function overRows(count: number, of: (row: number) => number): Promise<Float64Array> {
  const values = new Float64Array(Math.min(count, MAX_TRIED));
  for (let place = 0; place < values.length; place += 1) {
    values[place] = of(Math.floor((place * count) / values.length));
    if (place % BETWEEN_TURNS === BETWEEN_TURNS - 1) await nextTurn();
  }
  return values;
}
