import { fromHalf, shortestFloat32, type Tensor } from '../tensors/index.js';
import { DomainError } from '../platform/errors.js';
import {
  type CompiledResult,
  compileResults,
  type JsonValue,
  type Pipeline,
  type PredictedValue,
  type Prediction,
  RowError,
  type RowErrorNote,
  runsRowwise,
} from '../pipelines/index.js';
import { named, nested } from './nested-values.js';
import { stepsApplied } from './result-steps.js';

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
  const rowwise = runsRowwise(pipeline);
  const results = compileResults(pipeline).map((result) => {
    const tensors = result.outputs.map(({ name }) => {
      const tensor = outputs.find((output) => output.name === name);
      if (tensor === undefined) throw new DomainError('RUN_FAILED', `The graph answered no output "${name}"`);
      if (stacked && tensor.shape[0] !== count)
        throw new DomainError(
          'RUN_FAILED',
          `Output "${tensor.name}" has shape [${tensor.shape.join(',')}]: expected one row for each of the ${count} instances`,
        );
      // A batch of one keeps its first dimension out of the answer, as a row of a larger batch does.
      return { tensor, shape: stacked || rowwise ? tensor.shape.slice(1) : tensor.shape };
    });
    const of =
      result.runs.length === 0 ? asItIs(result, tensors[0], pipeline) : stepsApplied(result, tensors, count);
    return { result, of };
  });
  const unit = unitOf(results.map(({ result }) => result));
  return Array.from({ length: count }, (_, row) => {
    try {
      const values = results.map(({ result, of }): PredictedValue => ({
        name: result.name,
        value: of(row),
        unit: result.unit,
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

/** A row of an output that no step works on. */
function asItIs(
  { classes, columns, outputs }: CompiledResult,
  given: { readonly tensor: Tensor; readonly shape: readonly number[] } | undefined,
  pipeline: Pipeline,
): (row: number) => JsonValue {
  if (given === undefined) throw new Error('A result needs an output');
  const { tensor, shape } = given;
  const size = shape.reduce((product, dimension) => product * dimension, 1);
  // By the graph's declared shape, so that a list stays a list when it happens to hold one element.
  const declared = pipeline.outputs[outputs[0]?.name ?? '']?.shape ?? [];
  const single =
    declared.slice(declared.length - shape.length).every((dimension) => dimension === 1) && size === 1;
  // What most models answer, without a list for each row.
  if (single && columns === undefined)
    return (row) => elementValue(ownElement(tensor, row), tensor, classes, pipeline);
  return (row) => {
    const own = ownElements(tensor, row * size, (row + 1) * size);
    const values = own.map((element) => elementValue(element, tensor, classes, pipeline));
    if (columns !== undefined) return named(values, shape, columns, tensor.name);
    return nested(values, shape);
  };
}

function elementValue(
  element: unknown,
  { name, datatype }: Tensor,
  classes: CompiledResult['classes'],
  pipeline: Pipeline,
): JsonValue {
  if (classes !== undefined) return className(element, datatype, classes, name);
  if (typeof element === 'string') return element;
  // 64-bit integers beyond 2^53 travel as strings, as everywhere in the API.
  if (typeof element === 'bigint')
    return Number.isSafeInteger(Number(element)) ? Number(element) : String(element);
  const value = Number(element);
  if (datatype === 'BOOL') return value !== 0;
  if (!Number.isFinite(value)) {
    const hint =
      pipeline.format === 1 && pipeline.instance.kind === 'particles'
        ? '; two particles at almost the same place have no finite energy'
        : '';
    throw new RowError(
      'NON_FINITE',
      `The model's output "${name}" is ${value}, expected a finite number${hint}`,
    );
  }
  return datatype === 'FP32' ? shortestFloat32(value) : value;
}

function ownElement({ data, datatype }: Tensor, at: number): unknown {
  const element: unknown = data[at];
  return datatype === 'FP16' ? fromHalf(Number(element)) : element;
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

function unitOf(results: readonly Pick<CompiledResult, 'name' | 'unit'>[]): string | null {
  const units = new Set(results.map(({ unit }) => unit));
  const [only] = units;
  if (units.size === 1) return only ?? null;
  return results.flatMap(({ name, unit }) => (unit === null ? [] : [`${name}: ${unit}`])).join(', ');
}
