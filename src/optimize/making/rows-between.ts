import { seededRandom } from '../../platform/seeded-random.js';
import type { Tensor } from '../../tensors/index.js';

const NEIGHBOURS = 5;
/** Of which the nearest are looked for: all distances among more would take long. */
const MOST_COMPARED = 1_500;

/**
 * Rows between the rows of a sample, so that they lie inside the domain it spans: each between a row and one of its five nearest
 * (as SMOTE makes them; Chawla et al., JAIR 16, 2002). Whole numbers and truth values are taken from one of the two. Pure.
 *
 * @param tensors stacked: `rows` lie one after the other in each
 * @returns null where an input is text, which has nothing between
 */
export function rowsBetween(
  tensors: readonly Tensor[],
  rows: number,
  wanted: number,
  seed: number,
): Tensor[] | null {
  if (tensors.some(({ datatype }) => datatype === 'BYTES' || datatype === 'FP16') || rows < 2) return null;
  const random = seededRandom(seed);
  const points = scaled(tensors, Math.min(rows, MOST_COMPARED), rows);
  const near = points.map((point, row) => nearest(point, row, points));
  const pairs = Array.from({ length: wanted }, () => {
    const from = Math.floor(random() * points.length);
    const others = near[from] ?? [from];
    return { from, to: others[Math.floor(random() * others.length)] ?? from, share: random() };
  });
  return tensors.map(({ name, datatype, shape, data }) => {
    const width = data.length / rows;
    const isFloat = datatype === 'FP32' || datatype === 'FP64';
    const made = (data as Float64Array).slice(0, 0).constructor as new (length: number) => Float64Array;
    const values = new made(wanted * width);
    for (const [place, { from, to, share }] of pairs.entries())
      for (let column = 0; column < width; column += 1) {
        const one = (data as Float64Array)[from * width + column] ?? 0;
        const other = (data as Float64Array)[to * width + column] ?? 0;
        values[place * width + column] = isFloat ? one + share * (other - one) : share < 0.5 ? one : other;
      }
    return { name, datatype, shape: [wanted, ...shape.slice(1)], data: values } as Tensor;
  });
}

/** All inputs of a row as one point, each column by its spread. */
function scaled(tensors: readonly Tensor[], count: number, rows: number): Float64Array[] {
  const columns = tensors.flatMap(({ data }) => {
    const width = data.length / rows;
    return Array.from({ length: width }, (_, column) =>
      Float64Array.from({ length: count }, (_, row) => Number(data[row * width + column] ?? 0)),
    );
  });
  for (const column of columns) {
    const mean = column.reduce((sum, value) => sum + value, 0) / count;
    const spread = Math.sqrt(column.reduce((sum, value) => sum + (value - mean) ** 2, 0) / count) || 1;
    for (let row = 0; row < count; row += 1) column[row] = ((column[row] ?? 0) - mean) / spread;
  }
  return Array.from({ length: count }, (_, row) => Float64Array.from(columns, (column) => column[row] ?? 0));
}

function nearest(point: Float64Array, row: number, points: readonly Float64Array[]): number[] {
  return points
    .map((other, place) => {
      let sum = 0;
      for (let column = 0; column < point.length; column += 1)
        sum += ((point[column] ?? 0) - (other[column] ?? 0)) ** 2;
      return { place, sum };
    })
    .filter(({ place }) => place !== row)
    .toSorted((a, b) => a.sum - b.sum)
    .slice(0, NEIGHBOURS)
    .map(({ place }) => place);
}
