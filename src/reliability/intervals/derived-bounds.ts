import { applyTransforms, type Pipeline, type PipelineResult } from '../../pipelines/index.js';

export interface Bounds {
  /** -Infinity: none. */
  readonly low: number;
  readonly high: number;
}

type Step = PipelineResult['steps'][number];

/**
 * Bounds of one result from those of another that is made of the same output: every step is monotone, so what bounds the one
 * bounds the other. Null where it cannot be told: other outputs, or steps back that have no inverse.
 */
export function derivedBounds(
  { result }: Pipeline,
  from: string,
  to: string,
  { low, high }: Bounds,
): Bounds | null {
  const [source, target] = [result[from], result[to]];
  if (source === undefined || target === undefined || source.output !== target.output) return null;
  const inverse = inverseOf(source.steps);
  if (inverse === null) return null;
  const through = (value: number) => forward(target.steps, inverse(value));
  const [one, other] = [through(low), through(high)];
  // Outside of what a logarithm or a power can take there is no bound, and no number either.
  if (Number.isNaN(one) || Number.isNaN(other)) return null;
  return one <= other ? { low: one, high: other } : { low: other, high: one };
}

function forward(steps: readonly Step[], value: number): number {
  return applyTransforms(steps, [value], 1)[0] ?? NaN;
}

/** What undoes steps, the last first; null for steps that more than one value leads to. */
function inverseOf(steps: readonly Step[]): ((value: number) => number) | null {
  let whole = (value: number): number => value;
  for (const step of steps) {
    const inner = whole;
    const undo = undoing(step);
    if (undo === null) return null;
    whole = (value) => inner(undo(value));
  }
  return whole;
}

function undoing(step: Step): ((value: number) => number) | null {
  switch (step.step) {
    case 'standardize': {
      const [mean, scale] = [single(step.mean), single(step.scale)];
      return mean === null || scale === null ? null : (value) => value * scale + mean;
    }
    case 'affine': {
      const [multiply, add] = [single(step.multiply), single(step.add)];
      return multiply === null || add === null || multiply === 0 ? null : (value) => (value - add) / multiply;
    }
    case 'log':
      return (value) => step.base ** value;
    case 'power':
      // Nothing to the power of anything is below 0: there the bound is no bound.
      return (value) => (value <= 0 ? -Infinity : Math.log(value) / Math.log(step.base));
    default:
      return null;
  }
}

function single(value: number | readonly number[]): number | null {
  const values = [value].flat();
  return values.length === 1 ? (values[0] ?? null) : null;
}
