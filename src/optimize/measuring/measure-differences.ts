import type { OptimizationDifference } from '../../catalog/index.js';
import { widenedValues, type Tensor } from '../../tensors/index.js';
import type { GraphAnswers } from './measured-graph.js';

/**
 * How far the outputs of one graph lie from those of another over the same rows, in the same order, however many shared a
 * run. Pure.
 */
export function measureDifferences(
  original: readonly GraphAnswers[],
  candidate: readonly GraphAnswers[],
): OptimizationDifference[] {
  const names = original[0]?.outputs.map(({ name }) => name) ?? [];
  return names.map((name) => {
    const [before, after] = [valuesOf(original, name), valuesOf(candidate, name)];
    const isNumber =
      original[0]?.outputs.find((output) => output.name === name)?.datatype.startsWith('FP') === true;
    return isNumber ? ofNumbers(name, before.map(Number), after.map(Number)) : ofLabels(name, before, after);
  });
}

function ofNumbers(
  output: string,
  before: readonly number[],
  after: readonly number[],
): OptimizationDifference {
  let [largest, sum, squares, total, totalSquares, finite, differing] = [0, 0, 0, 0, 0, 0, 0];
  for (const [place, one] of before.entries()) {
    const other = after[place] ?? NaN;
    if (!Number.isFinite(one) || !Number.isFinite(other)) {
      if (!Object.is(one, other)) differing += 1;
      continue;
    }
    const distance = Math.abs(one - other);
    finite += 1;
    largest = Math.max(largest, distance);
    sum += distance;
    squares += distance * distance;
    total += one;
    totalSquares += one * one;
  }
  const count = Math.max(1, finite);
  const variance = Math.max(0, totalSquares / count - (total / count) ** 2);
  return {
    output,
    elements: before.length,
    largest,
    mean: sum / count,
    relative: variance > 0 ? Math.sqrt(squares / count / variance) : null,
    differing,
  };
}

function ofLabels(
  output: string,
  before: readonly unknown[],
  after: readonly unknown[],
): OptimizationDifference {
  const differing = before.filter((one, place) => String(one) !== String(after[place])).length;
  return { output, elements: before.length, largest: null, mean: null, relative: null, differing };
}

function valuesOf(answers: readonly GraphAnswers[], name: string): unknown[] {
  return answers.flatMap(({ outputs }) => {
    const tensor: Tensor | undefined = outputs.find((output) => output.name === name);
    return tensor === undefined ? [] : widenedValues(tensor);
  });
}
