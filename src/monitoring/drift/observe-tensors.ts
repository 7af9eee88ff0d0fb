import type { TensorColumns } from '../../pipelines/index.js';
import { elementReader, type ElementReader, type RawTensor, type Tensor } from '../../tensors/index.js';
import { MAX_PLACES, observed, type Observe, type Quantity } from './quantity.js';

/** Of a row with more elements, so many evenly spread ones are looked at. */
const MAX_LOOKED_AT = 1_024;

/**
 * What is seen of one row of tensors: each element of a short row, and of a longer one, such as a picture, its mean and
 * standard deviation.
 *
 * @param rows how many rows the request has; a tensor that has another first dimension is one row by itself, and seen only
 * where the request is one
 * @param columns by name of the tensor, as far as a pipeline names them
 */
export function observeTensors(
  role: 'INPUT' | 'OUTPUT',
  tensors: readonly (RawTensor | Tensor)[],
  { row, rows }: { readonly row: number; readonly rows: number },
  columns: Readonly<Record<string, TensorColumns>>,
  observe: Observe,
): void {
  for (const tensor of tensors) {
    const { name, shape } = tensor;
    const isByRow = shape[0] === rows;
    if (!isByRow && rows > 1) continue;
    const size = (isByRow ? shape.slice(1) : shape).reduce((product, extent) => product * extent, 1);
    const from = isByRow ? row * size : 0;
    const seen = { operation: 'INFER', role } as const;
    const read = elementReader(tensor);
    // A row of one element that has places all the same, such as [n, 1], needs no number either.
    if (size === 1) observe({ ...seen, name, unit: unitAt(columns[name], 0) }, observed(read(from)));
    else if (size <= MAX_PLACES)
      for (let place = 0; place < size; place += 1) {
        const label = columns[name]?.names?.[place] ?? String(place);
        const quantity = { ...seen, name: `${name}[${label}]`, unit: unitAt(columns[name], place) };
        observe(quantity, observed(read(from + place)));
      }
    else if (tensor.datatype !== 'BYTES')
      observeMoments({ ...seen, name, unit: unitAt(columns[name], null) }, read, from, size, observe);
  }
}

function observeMoments(
  { name, ...quantity }: Quantity,
  read: ElementReader,
  from: number,
  size: number,
  observe: Observe,
): void {
  const looked = Math.min(size, MAX_LOOKED_AT);
  let [mean, squares] = [0, 0];
  for (let index = 0; index < looked; index += 1) {
    const value = Number(read(from + Math.floor((index * size) / looked)) ?? NaN);
    const apart = value - mean;
    mean += apart / (index + 1);
    squares += apart * (value - mean);
  }
  observe({ ...quantity, name: `${name}.mean` }, observed(mean));
  observe({ ...quantity, name: `${name}.standardDeviation` }, observed(Math.sqrt(squares / looked)));
}

/** @param place null for all places together */
function unitAt(columns: TensorColumns | undefined, place: number | null): string | null {
  const unit = columns?.unit ?? null;
  if (unit === null || typeof unit === 'string') return unit;
  const [first] = unit;
  if (place !== null) return unit[place] ?? null;
  return unit.every((other) => other === first) ? (first ?? null) : null;
}
