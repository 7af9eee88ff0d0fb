import type { OutputDifference } from '../catalog/index.js';
import { widenedValues, type Tensor } from '../tensors/index.js';

/** What the model itself answers. */
export interface ExpectedOutput {
  readonly tensor: Tensor;
  /** Rows in which either of two labels may be named. */
  readonly tied: ReadonlySet<number>;
}

export interface Comparison {
  readonly outputs: readonly OutputDifference[];
  /** What differs first, in words; null when nothing is further away than the tolerance. */
  readonly problem: string | null;
}

/**
 * How far answers lie from those of the model, by the converter's own rule: numbers may differ by `tolerance` times their size, or
 * times the mean size of the output where that is larger; whole numbers and text have to be equal.
 */
export function compareAnswers(
  expected: readonly ExpectedOutput[],
  answers: readonly Tensor[],
  tolerance: number,
): Comparison {
  const outputs: OutputDifference[] = [];
  for (const { tensor, tied } of expected) {
    const { name } = tensor;
    const answer = answers.find((other) => other.name === name);
    if (answer === undefined) return { outputs, problem: `there is no output "${name}"` };
    if (String(answer.shape) !== String(tensor.shape))
      return {
        outputs,
        problem: `output "${name}" has shape [${answer.shape.join(',')}], expected [${tensor.shape.join(',')}]`,
      };
    const { difference, worst } = isFloat(tensor)
      ? floats(tensor, answer, tolerance)
      : labels(tensor, answer, tied);
    outputs.push(difference);
    if (difference.differing > 0)
      return {
        outputs,
        problem: `output "${name}" differs at element ${worst}: expected ${valueAt(tensor, worst)}, got ${valueAt(answer, worst)}; ${difference.differing} of ${difference.elements} differ${difference.largest === null ? '' : `, by ${difference.largest} at most and ${difference.mean} in the mean`}`,
      };
  }
  return { outputs, problem: null };
}

interface Found {
  readonly difference: OutputDifference;
  /** The element that is furthest away. */
  readonly worst: number;
}

function isFloat({ datatype }: Tensor): boolean {
  return datatype.startsWith('FP');
}

function floats(expected: Tensor, answer: Tensor, tolerance: number): Found {
  const [wanted, got] = [numbersOf(expected), numbersOf(answer)];
  const known = wanted.filter(Number.isFinite);
  const typical = known.reduce((sum, value) => sum + Math.abs(value), 0) / Math.max(1, known.length);
  let [largest, sum, largestRelative, finite, differing, worst, most] = [0, 0, 0, 0, 0, 0, 0];
  for (const [index, value] of wanted.entries()) {
    const other = got[index] ?? NaN;
    const isSame = Object.is(value, other) || value === other;
    const isFinite = Number.isFinite(value) && Number.isFinite(other);
    const distance = isSame ? 0 : Math.abs(value - other);
    const relative = isSame ? 0 : isFinite ? distance / (Math.max(Math.abs(value), typical) || 1) : Infinity;
    if (isFinite) {
      finite += 1;
      sum += distance;
      largest = Math.max(largest, distance);
      largestRelative = Math.max(largestRelative, relative);
    }
    if (relative > tolerance) differing += 1;
    if (relative > most) [most, worst] = [relative, index];
  }
  const difference = {
    name: expected.name,
    elements: wanted.length,
    largest,
    mean: sum / Math.max(1, finite),
    largestRelative,
    differing,
  };
  return { difference, worst };
}

function labels(expected: Tensor, answer: Tensor, tied: ReadonlySet<number>): Found {
  const [wanted, got] = [textsOf(expected), textsOf(answer)];
  const width = wanted.length / Math.max(1, expected.shape[0] ?? 1);
  const different = wanted.flatMap((value, index) =>
    value === got[index] || tied.has(Math.floor(index / width)) ? [] : [index],
  );
  const difference = {
    name: expected.name,
    elements: wanted.length,
    largest: null,
    mean: null,
    largestRelative: null,
    differing: different.length,
  };
  return { difference, worst: different[0] ?? 0 };
}

/** Infinities and NaN are words in JSON. */
function numbersOf(tensor: Tensor): number[] {
  return (widenedValues(tensor) as (number | string)[]).map(Number);
}

function textsOf(tensor: Tensor): string[] {
  return (widenedValues(tensor) as unknown[]).map(String);
}

function valueAt(tensor: Tensor, index: number): string {
  return JSON.stringify((widenedValues(tensor) as unknown[])[index]);
}
