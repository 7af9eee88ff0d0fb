import { fromHalf, type Tensor } from '../tensors/index.js';
import {
  type CompiledOutput,
  type CompiledResult,
  type JsonValue,
  RowError,
  rowNumbers,
  type ValueKind,
  type Values,
} from '../pipelines/index.js';
import { named, nested } from './nested-values.js';

interface OwnOutput {
  readonly tensor: Tensor;
  /** Of one row. */
  readonly shape: readonly number[];
}

/** Rows of outputs taken through the steps of a result, all at once. */
export function stepsApplied(
  result: CompiledResult,
  outputs: readonly OwnOutput[],
  rows: number,
): (row: number) => JsonValue {
  const errors = new Map<number, RowError>();
  const context = {
    rows,
    fail: (row: number, error: RowError) => errors.set(row, error),
    warn: () => undefined,
  };
  let values: readonly Values[] = outputs.map((output, place) =>
    valuesOf(output, result.outputs[place], rows),
  );
  for (const run of result.runs) {
    const made = run(values, context);
    if (made instanceof Promise) throw new Error('Steps of a result answer at once');
    values = [made];
  }
  const [made] = values;
  if (made === undefined) throw new Error('A result needs an output');
  const [first] = outputs;
  return (row) => {
    const error = errors.get(row);
    if (error) throw error;
    return valueOf(result, made, row, first?.shape ?? []);
  };
}

function valuesOf({ tensor, shape }: OwnOutput, output: CompiledOutput | undefined, rows: number): Values {
  const { data, datatype } = tensor;
  const size = shape.reduce((product, extent) => product * extent, 1);
  if (datatype === 'BYTES') return { form: 'items', items: Array.from(data as readonly string[]) };
  const numbers = Float64Array.from(
    { length: data.length },
    datatype === 'FP16' ? (_, index) => fromHalf(Number(data[index])) : (_, index) => Number(data[index]),
  );
  if (output?.form === 'dense') return { form: 'dense', width: size, data: numbers };
  return {
    form: 'ragged',
    rows: Array.from({ length: rows }, (_, row) => ({
      shape,
      data: numbers.subarray(row * size, (row + 1) * size),
    })),
  };
}

function valueOf(
  { kind, columns, name, outputs }: CompiledResult,
  values: Values,
  row: number,
  outputShape: readonly number[],
): JsonValue {
  if (values.form === 'items') return (values.items[row] ?? null) as JsonValue;
  const { shape, data } = rowNumbers(values, row, shapeOf(kind, outputShape));
  const said = outputs.length === 1 ? `output "${outputs[0]?.name ?? name}"` : `result "${name}"`;
  const answers = Array.from(data, (value) => {
    if (Number.isFinite(value)) return value;
    throw new RowError('NON_FINITE', `The model's ${said} is ${value}, expected a finite number`);
  });
  if (columns !== undefined) return named(answers, shape, columns, name);
  const declared = kind.kind === 'numbers' ? kind.shape : shape;
  return declared.every((extent) => extent === 1) ? (answers[0] ?? null) : nested(answers, shape);
}

/** Of a row: what steps say, where the graph's own shape does not come through. */
function shapeOf(kind: ValueKind, outputShape: readonly number[]): readonly number[] {
  return kind.kind === 'numbers' ? kind.shape : outputShape;
}
