import { gaussLegendre } from '../../statistics/index.js';
import type { GradientSource } from './gradient-source.js';

/** Points at first, and at most: beyond, more of them are not what is missing. */
const FIRST_STEPS = 50;
const MOST_STEPS = 3_200;
/** Of the change in the answer. */
const TOLERANCE = 1e-3;

export interface IntegratedGradients {
  readonly attributions: Float64Array;
  readonly steps: number;
  /** Σ attributions − (f(instance) − f(baseline)), as a share of that change. */
  readonly gap: number;
  readonly isComplete: boolean;
}

export interface Line {
  readonly baseline: Float64Array;
  readonly instance: Float64Array;
  /** f of both ends. */
  readonly from: number;
  readonly to: number;
}

/**
 * Integrated gradients (M. Sundararajan, A. Taly, Q. Yan, ICML 2017): (x_i − b_i) · ∫ ∂f/∂x_i along the line from the baseline
 * b to the instance x, by 50 Gauss–Legendre points, doubled until the attributions add up to f(x) − f(b) within a
 * thousandth of it.
 *
 * @param allows whether the budget has so many more rows; what was reached by then is the answer
 */
export async function integratedGradients(
  source: GradientSource,
  { baseline, instance, from, to }: Line,
  allows: (rows: number) => boolean,
): Promise<IntegratedGradients | null> {
  const places = Array.from(instance.keys()).filter((place) => instance[place] !== baseline[place]);
  const change = to - from;
  // Of an answer that does not change, a share of its own size.
  const scale = Math.max(Math.abs(change), 1e-6 * Math.max(Math.abs(from), Math.abs(to)), Number.MIN_VALUE);
  let best: IntegratedGradients | null = null;
  if (places.length === 0)
    return { attributions: new Float64Array(instance.length), steps: 0, gap: 0, isComplete: true };
  for (let steps = FIRST_STEPS; steps <= MOST_STEPS; steps *= 2) {
    if (!allows(steps * source.rowsFor(places.length))) return best;
    const attributions = await along(source, { baseline, instance }, places, steps);
    const gap = (attributions.reduce((sum, value) => sum + value, 0) - change) / scale;
    if (best === null || Math.abs(gap) < Math.abs(best.gap))
      best = { attributions, steps, gap, isComplete: Math.abs(gap) < TOLERANCE };
    if (best.isComplete) break;
  }
  return best;
}

async function along(
  source: GradientSource,
  { baseline, instance }: Pick<Line, 'baseline' | 'instance'>,
  places: readonly number[],
  steps: number,
): Promise<Float64Array> {
  const { points, weights } = gaussLegendre(steps, 0, 1);
  const rows = Array.from(points, (point) => instance.map((value, place) => (baseline[place] ?? 0) + point * (value - (baseline[place] ?? 0)))); // prettier-ignore
  const attributions = new Float64Array(instance.length);
  const gradients = await source.gradients(rows, places);
  for (const [step, gradient] of gradients.entries())
    for (const place of places)
      attributions[place] = (attributions[place] ?? 0) + (weights[step] ?? 0) * (gradient[place] ?? 0);
  return attributions.map((mean, place) => mean * ((instance[place] ?? 0) - (baseline[place] ?? 0)));
}
