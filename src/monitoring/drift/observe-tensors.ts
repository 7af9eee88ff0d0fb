import type { TensorColumns } from '../../pipelines/index.js';
import { elementReader, type ElementReader, type RawTensor, type Tensor } from '../../tensors/index.js';
import { MAX_PLACES, observed, type Observed, type Quantity } from './quantity.js';

/** Of a row with more elements, so many evenly spread ones are looked at. */
const MAX_LOOKED_AT = 1_024;

/** A tensor's part of one row. */
export interface TensorRow {
  readonly name: string;
  readonly datatype: Tensor['datatype'];
  /** How many elements. */
  readonly size: number;
  /** Where they begin. */
  readonly from: number;
  readonly read: ElementReader;
}

/**
 * The tensors of one row.
 *
 * @param rows how many rows the request has; a tensor that has another first dimension is one row by itself, and seen only
 * where the request is one
 */
export function tensorRows(
  tensors: readonly (RawTensor | Tensor)[],
  { row, rows }: { readonly row: number; readonly rows: number },
): TensorRow[] {
  const found: TensorRow[] = [];
  for (const tensor of tensors) {
    const { name, datatype, shape } = tensor;
    const isByRow = shape[0] === rows;
    if (!isByRow && rows > 1) continue;
    let size = 1;
    for (let dimension = isByRow ? 1 : 0; dimension < shape.length; dimension += 1)
      size *= shape[dimension] ?? 1;
    found.push({ name, datatype, size, from: isByRow ? row * size : 0, read: elementReader(tensor) });
  }
  return found;
}

/**
 * What a row of so many elements shows: each element of a short row, and of a longer one, such as a picture, its mean and
 * standard deviation.
 */
export function quantitiesOfTensor(
  role: 'INPUT' | 'OUTPUT',
  { name, datatype, size }: Pick<TensorRow, 'name' | 'datatype' | 'size'>,
  columns: TensorColumns | undefined,
): Quantity[] {
  const quantity = (label: string, place: number | null): Quantity => ({
    operation: 'INFER',
    role,
    name: label,
    unit: unitAt(columns, place),
  });
  // A row of one element needs no number of its place.
  if (size === 1) return [quantity(name, 0)];
  if (size <= MAX_PLACES)
    return Array.from({ length: size }, (_, place) =>
      quantity(`${name}[${columns?.names?.[place] ?? String(place)}]`, place),
    );
  if (datatype === 'BYTES') return [];
  return [quantity(`${name}.mean`, null), quantity(`${name}.standardDeviation`, null)];
}

/** The values of the same, in their order. */
export function valuesOfTensor(
  { datatype, size, from, read }: TensorRow,
  put: (index: number, value: Observed) => void,
): void {
  if (size <= MAX_PLACES) {
    for (let place = 0; place < size; place += 1) put(place, observed(read(from + place)));
    return;
  }
  if (datatype === 'BYTES') return;
  const looked = Math.min(size, MAX_LOOKED_AT);
  let [mean, squares] = [0, 0];
  for (let index = 0; index < looked; index += 1) {
    const value = Number(read(from + Math.floor((index * size) / looked)) ?? NaN);
    const apart = value - mean;
    mean += apart / (index + 1);
    squares += apart * (value - mean);
  }
  put(0, observed(mean));
  put(1, observed(Math.sqrt(squares / looked)));
}

/** @param place null for all places together */
function unitAt(columns: TensorColumns | undefined, place: number | null): string | null {
  const unit = columns?.unit ?? null;
  if (unit === null || typeof unit === 'string') return unit;
  const [first] = unit;
  if (place !== null) return unit[place] ?? null;
  return unit.every((other) => other === first) ? (first ?? null) : null;
}
