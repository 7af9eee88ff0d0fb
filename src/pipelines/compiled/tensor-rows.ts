import { type Tensor, toHalf, type TypedArray, typedArrayOf } from '../../tensors/index.js';
import { notHeld } from './not-held.js';
import type { Values } from '../language/index.js';
import { RowError } from '../prediction.js';
import type { CompiledInput } from './compile-pipeline.js';

/** The rows of one input tensor, written as batches come. */
export class TensorRows {
  private readonly data: TypedArray | null;
  private readonly rows: {
    readonly shape: readonly number[];
    readonly data: TypedArray | readonly string[];
  }[] = [];
  private written = 0;

  /** @param capacity rows at most */
  constructor(
    private readonly input: CompiledInput,
    private readonly capacity: number,
    private readonly rowwise: boolean,
  ) {
    const { datatype, width } = input;
    this.data = datatype === 'BYTES' || width === -1 ? null : new (typedArrayOf(datatype))(capacity * width);
  }

  /** Tells of each row the first number that the tensor cannot hold. */
  check(values: Values, fail: (row: number, error: RowError) => void): void {
    const { input } = this;
    if (values.form === 'dense') {
      const { data, width } = values;
      for (let index = 0; index < data.length; index++) {
        const value = data[index] ?? NaN;
        if (isHeldBy(input, value)) continue;
        const row = Math.floor(index / width);
        fail(row, notHeldBy(input, value, index - row * width));
        index = (row + 1) * width - 1;
      }
    } else if (values.form === 'ragged')
      for (const [row, { data }] of values.rows.entries())
        for (let index = 0; index < data.length; index++) {
          const value = data[index] ?? NaN;
          if (isHeldBy(input, value)) continue;
          fail(row, notHeldBy(input, value, index));
          break;
        }
  }

  /** Adds rows, all of which the tensor can hold. */
  write(values: Values): void {
    const { data, input } = this;
    switch (values.form) {
      case 'dense':
        if (data === null) throw new Error('Expected rows of differing shapes');
        fill(data, this.written * input.width, values.data, input.datatype);
        this.written += input.width === 0 ? 0 : values.data.length / input.width;
        return;
      case 'ragged':
        for (const row of values.rows) {
          if (input.datatype === 'BYTES') throw new Error('Numbers are no texts');
          const own = new (typedArrayOf(input.datatype))(row.data.length);
          fill(own, 0, row.data, input.datatype);
          this.rows.push({ shape: row.shape, data: own });
        }
        return;
      case 'items':
        for (const item of values.items)
          this.rows.push(
            typeof item === 'string'
              ? { shape: [], data: [item] }
              : (item as { shape: number[]; data: string[] }),
          );
    }
  }

  /** Whether rows `from` to before `to` have one shape. */
  areAlike(from: number, to: number): boolean {
    if (this.data !== null) return true;
    const shape = this.rows[from]?.shape.join();
    for (let row = from + 1; row < to; row++) if (this.rows[row]?.shape.join() !== shape) return false;
    return true;
  }

  /** Rows `from` to before `to`, which have one shape, as the tensor of one run. */
  tensor(from: number, to: number): Tensor {
    const { input, data, capacity } = this;
    const { name, datatype, width } = input;
    if (data !== null) {
      const all = from === 0 && to === capacity;
      return {
        name,
        datatype,
        shape: this.shapeOf(input.rowShape, to - from),
        data: all ? data : data.slice(from * width, to * width),
      };
    }
    const rows = this.rows.slice(from, to);
    return {
      name,
      datatype,
      shape: this.shapeOf(rows[0]?.shape ?? [], to - from),
      data: datatype === 'BYTES' ? rows.flatMap(({ data: own }) => own as string[]) : joined(rows, datatype),
    };
  }

  private shapeOf(own: readonly number[], rows: number): readonly number[] {
    const { shape } = this.input;
    if (!this.rowwise) return shape.length === own.length || shape.length === 0 ? own : shape.map(() => 1);
    if (shape.length === 0 || shape.length === own.length + 1) return [rows, ...own];
    return [rows, ...shape.slice(1).map(() => 1)];
  }
}

type Numeric = Exclude<CompiledInput['datatype'], 'BYTES'>;

function joined(
  rows: readonly { readonly data: TypedArray | readonly string[] }[],
  datatype: Numeric,
): TypedArray {
  const length = rows.reduce((sum, { data }) => sum + data.length, 0);
  const all = new (typedArrayOf(datatype))(length);
  let at = 0;
  for (const { data } of rows) {
    // One type holds all of them.
    (all as Float64Array).set(data as unknown as Float64Array, at);
    at += data.length;
  }
  return all;
}

function fill(
  into: TypedArray,
  from: number,
  data: ArrayLike<number>,
  datatype: CompiledInput['datatype'],
): void {
  if (into instanceof BigInt64Array || into instanceof BigUint64Array)
    for (let index = 0; index < data.length; index++) into[from + index] = BigInt(data[index] ?? 0);
  else if (datatype === 'FP16')
    for (let index = 0; index < data.length; index++) into[from + index] = toHalf(data[index] ?? 0);
  else into.set(data, from);
}

function isHeldBy({ datatype, gaps }: CompiledInput, value: number): boolean {
  // The two that nearly all graphs take.
  if (datatype === 'FP32' || datatype === 'FP64') {
    const held = datatype === 'FP32' ? Math.fround(value) : value;
    return held - held === 0 || (gaps && Number.isNaN(value));
  }
  return notHeld(datatype, value) === null || (gaps && Number.isNaN(value));
}

function notHeldBy({ name, datatype }: CompiledInput, value: number, at: number): RowError {
  const fault = notHeld(datatype, value) ?? 'NON_FINITE';
  return new RowError(
    fault,
    `Input "${name}" would get ${value} in element ${at}, which ${datatype} can not hold as a ${fault === 'NON_FINITE' ? 'finite' : 'whole'} number; check the instance against the model's domain`,
  );
}
