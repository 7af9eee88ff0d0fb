import { invalidPipeline } from './pipeline-error.js';
import { PipelineFaults } from './pipeline-faults.js';
import type { TransformStep } from './pipeline-schema.js';

/**
 * Whether transforms fit rows of this many columns (-1 or undefined: not known before a run).
 *
 * @param offset position of the first transform in the list at `path`
 */
export function checkTransforms(
  steps: readonly TransformStep[],
  columns: number | undefined,
  path: readonly string[],
  offset: number,
): void {
  const faults = new PipelineFaults();
  for (const [index, step] of steps.entries())
    faults.attempt(() => {
      checkTransform(step, columns, [...path, String(index + offset)]);
    });
  faults.throwIfAny();
}

function checkTransform(step: TransformStep, columns: number | undefined, at: readonly string[]): void {
  for (const [name, values] of Object.entries(perColumnValues(step))) {
    if (typeof values !== 'number' && columns !== undefined && columns !== -1 && values.length !== columns)
      throw invalidPipeline(
        [...at, name],
        `one number, or one for each of the ${columns} columns; got ${values.length}`,
      );
    if (name === 'scale' && [values].flat().includes(0))
      throw invalidPipeline(
        [...at, name],
        'a scale of 0 would divide by zero; drop a column that never changes',
      );
  }
  if (step.step === 'log' && step.base === 1)
    throw invalidPipeline([...at, 'base'], 'a logarithm to base 1 does not exist');
  if (step.step === 'clip' && step.min === undefined && step.max === undefined)
    throw invalidPipeline(at, 'clip needs min, max or both');
  if (step.step === 'clip' && step.min !== undefined && step.max !== undefined && step.min > step.max)
    throw invalidPipeline(at, `min ${step.min} is above max ${step.max}`);
}

/**
 * Applies transforms in order to a row-major array whose last dimension has `columns` elements. Computes in double
 * precision; the source array is not changed.
 */
export function applyTransforms(
  steps: readonly TransformStep[],
  values: ArrayLike<number>,
  columns: number,
): ArrayLike<number> {
  if (steps.length === 0) return values;
  const current = Float64Array.from(values);
  for (const step of steps) {
    const apply = transformFunction(step);
    for (let index = 0; index < current.length; index++)
      current[index] = apply(current[index] ?? NaN, columns === 0 ? 0 : index % columns);
  }
  return current;
}

function perColumnValues(step: TransformStep): Record<string, number | number[]> {
  if (step.step === 'standardize') return { mean: step.mean, scale: step.scale };
  if (step.step === 'affine') return { multiply: step.multiply, add: step.add };
  return {};
}

function transformFunction(step: TransformStep): (value: number, column: number) => number {
  switch (step.step) {
    case 'standardize': {
      const [mean, scale] = [byColumn(step.mean), byColumn(step.scale)];
      return (value, column) => (value - mean(column)) / scale(column);
    }
    case 'affine': {
      const [multiply, add] = [byColumn(step.multiply), byColumn(step.add)];
      return (value, column) => multiply(column) * value + add(column);
    }
    case 'clip': {
      const { min = -Infinity, max = Infinity } = step;
      return (value) => Math.min(Math.max(value, min), max);
    }
    case 'log': {
      // Math.log10 and log2 are exact at powers of their base, where a quotient of logarithms is not.
      if (step.base === 10) return Math.log10;
      if (step.base === 2) return Math.log2;
      const scale = Math.log(step.base);
      return (value) => Math.log(value) / scale;
    }
    case 'power':
      return (value) => step.base ** value;
  }
}

function byColumn(values: number | readonly number[]): (column: number) => number {
  return typeof values === 'number' ? () => values : (column) => values[column] ?? NaN;
}
