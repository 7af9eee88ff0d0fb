import { fromHalf, shortestFloat32, type Tensor } from '../tensors/index.js';
import { DomainError } from '../platform/errors.js';
import type { JsonValue } from '../pipelines/index.js';
import type { Pipeline, PipelineResult } from '../pipelines/index.js';
import { RowError, type PredictedValue, type Prediction, type RowErrorNote } from '../pipelines/index.js';
import { applyTransforms } from '../pipelines/index.js';

export type Answer = Pick<Prediction, 'value' | 'unit' | 'results'> | { readonly error: RowErrorNote };

/**
 * Gives the outputs of one run back their meaning: one answer for each of `count` instances, which share the outputs
 * row by row when `stacked`, or have them all (a single instance) when not.
 *
 * @throws DomainError RUN_FAILED when the graph answers a shape that does not match the instances
 */
export function answersOf(
  pipeline: Pipeline,
  outputs: readonly Tensor[],
  count: number,
  stacked: boolean,
): Answer[] {
  const results = Object.entries(pipeline.result).map(([name, result]) => {
    const tensor = outputs.find((output) => output.name === result.output);
    if (tensor === undefined)
      throw new DomainError('RUN_FAILED', `The graph answered no output "${result.output}"`);
    if (stacked && tensor.shape[0] !== count)
      throw new DomainError(
        'RUN_FAILED',
        `Output "${tensor.name}" has shape [${tensor.shape.join(',')}]: expected one row for each of the ${count} instances`,
      );
    // A batch of one keeps its first dimension out of the answer, as a row of a larger batch does.
    const rowwise = stacked || pipeline.instance.kind !== 'particles';
    return { name, result, tensor, shape: rowwise ? tensor.shape.slice(1) : tensor.shape };
  });
  const unit = unitOf(Object.entries(pipeline.result));
  return Array.from({ length: count }, (_, row) => {
    try {
      const values = results.map(({ name, result, tensor, shape }): PredictedValue => ({
        name,
        value: resultValue(result, tensor, shape, row, pipeline),
        unit: result.unit ?? null,
      }));
      const [only] = values;
      const value =
        values.length === 1 && only
          ? only.value
          : Object.fromEntries(values.map(({ name, value: one }) => [name, one]));
      return { value, unit, results: values };
    } catch (error) {
      if (error instanceof RowError) return { error: error.note };
      throw error;
    }
  });
}

function resultValue(
  result: PipelineResult,
  tensor: Tensor,
  shape: readonly number[],
  row: number,
  pipeline: Pipeline,
): JsonValue {
  const size = shape.reduce((product, dimension) => product * dimension, 1);
  const own = ownElements(tensor, row * size, (row + 1) * size);
  const elements = result.steps.length === 0 ? own : transformed(result, own, shape.at(-1) ?? 1);
  const values = elements.map((element) => elementValue(element, tensor, pipeline, result));
  if (result.columns !== undefined) return named(values, shape, result.columns, tensor.name);
  // By the graph's declared shape, so that a list stays a list when it happens to hold one element.
  const declared = pipeline.outputs[result.output]?.shape ?? [];
  const single = declared.slice(declared.length - shape.length).every((dimension) => dimension === 1);
  return single ? (values[0] ?? null) : nested(values, shape);
}

function transformed(
  result: PipelineResult,
  elements: readonly unknown[],
  columns: number,
): readonly unknown[] {
  return Array.from(applyTransforms(result.steps, elements.map(Number), columns));
}

function elementValue(
  element: unknown,
  { name, datatype }: Tensor,
  pipeline: Pipeline,
  { steps, classes }: PipelineResult,
): JsonValue {
  const isTransformed = steps.length > 0;
  if (classes !== undefined) return className(element, datatype, classes, name);
  if (typeof element === 'string') return element;
  // 64-bit integers beyond 2^53 travel as strings, as everywhere in the API.
  if (typeof element === 'bigint')
    return Number.isSafeInteger(Number(element)) ? Number(element) : String(element);
  const value = Number(element);
  if (datatype === 'BOOL' && !isTransformed) return value !== 0;
  if (!Number.isFinite(value)) {
    const hint =
      pipeline.instance.kind === 'particles'
        ? '; two particles at almost the same place have no finite energy'
        : '';
    throw new RowError(
      'NON_FINITE',
      `The model's output "${name}" is ${value}, expected a finite number${hint}`,
    );
  }
  // Worked on, it is a double of its own.
  return datatype === 'FP32' && !isTransformed ? shortestFloat32(value) : value;
}

function ownElements({ data, datatype }: Tensor, from: number, to: number): unknown[] {
  const elements = Array.from<unknown>(data.slice(from, to));
  return datatype === 'FP16' ? elements.map((bits) => fromHalf(Number(bits))) : elements;
}

/** What a label's value is called. */
function className(
  element: unknown,
  datatype: Tensor['datatype'],
  classes: Readonly<Record<string, string>>,
  output: string,
): string {
  const value = datatype === 'BOOL' ? String(Number(element) !== 0) : String(element);
  const name = Object.hasOwn(classes, value) ? classes[value] : undefined;
  if (name === undefined)
    throw new RowError(
      'UNKNOWN_CLASS',
      `The model's output "${output}" is ${value}, which is none of the classes that its pipeline names`,
    );
  return name;
}

/** Each list along the last dimension as an object by the columns' names. */
function named(
  values: readonly JsonValue[],
  shape: readonly number[],
  columns: readonly string[],
  output: string,
): JsonValue {
  if ((shape.at(-1) ?? 1) !== columns.length)
    throw new DomainError(
      'RUN_FAILED',
      `Output "${output}": expected ${columns.length} columns, as its pipeline names them, got ${shape.at(-1) ?? 1}`,
    );
  const rows: JsonValue[] = [];
  for (let at = 0; at < values.length; at += columns.length)
    rows.push(Object.fromEntries(columns.map((name, column) => [name, values[at + column] ?? null])));
  return nested(rows, shape.slice(0, -1));
}

/** Row-major elements as lists within lists; of shape [] the element itself. */
function nested(elements: readonly JsonValue[], shape: readonly number[]): JsonValue {
  const [outer, ...inner] = shape;
  if (outer === undefined) return elements[0] ?? null;
  if (inner.length === 0) return elements;
  const size = elements.length / outer;
  return Array.from({ length: outer }, (_, index) =>
    nested(elements.slice(index * size, (index + 1) * size), inner),
  );
}

function unitOf(results: readonly (readonly [string, PipelineResult])[]): string | null {
  const units = new Set(results.map(([, { unit }]) => unit));
  const [only] = units;
  if (units.size === 1) return only ?? null;
  return results.flatMap(([name, { unit }]) => (unit === undefined ? [] : [`${name}: ${unit}`])).join(', ');
}
