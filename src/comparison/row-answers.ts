import { fromHalf, type Tensor } from '../tensors/index.js';
import type { JsonValue } from '../pipelines/index.js';

/** The elements of one output in one row, flat. */
export type Elements = ArrayLike<number | bigint | string>;

/** What a version answers to one row of a sample. */
export type RowAnswer =
  | { readonly kind: 'answer'; readonly outputs: ReadonlyMap<string, Elements> }
  | { readonly kind: 'refusal'; readonly code: string; readonly message: string };

/** The outputs of a run, row by row; all of it is one row where an output has another first dimension. */
export function rowsOfOutputs(outputs: readonly Tensor[], rows: number): RowAnswer[] | null {
  if (rows > 1 && outputs.some(({ shape }) => shape[0] !== rows)) return null;
  const values = outputs.map((tensor) => ({ name: tensor.name, all: numbersOf(tensor) }));
  return Array.from({ length: rows }, (_, row): RowAnswer => ({
    kind: 'answer',
    outputs: new Map(
      values.map(({ name, all }) => {
        const size = all.length / rows;
        return [name, all.slice(row * size, (row + 1) * size)];
      }),
    ),
  }));
}

/** What `predict` answers for one instance, by the name of each result. */
export function elementsOfValue(value: JsonValue, results: readonly string[]): Map<string, Elements> {
  const [only] = results;
  if (results.length === 1 && only !== undefined) return new Map([[only, flat(value)]]);
  const byName = typeof value === 'object' && value !== null && !Array.isArray(value) ? value : {};
  return new Map(results.map((name) => [name, flat((byName as Record<string, JsonValue>)[name] ?? null)]));
}

function flat(value: JsonValue): (number | string)[] {
  if (Array.isArray(value)) return value.flatMap((entry: JsonValue) => flat(entry));
  if (typeof value === 'number' || typeof value === 'string') return [value];
  return typeof value === 'boolean' ? [Number(value)] : [];
}

function numbersOf({ datatype, data }: Tensor): {
  readonly length: number;
  slice(from: number, to: number): Elements;
} {
  return datatype === 'FP16' ? Float64Array.from(data as Uint16Array, fromHalf) : data;
}
