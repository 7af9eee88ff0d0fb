import type { OptimizationCandidate, OptimizationFigures } from '../../catalog/index.js';
import { speedupOf, type Measured } from './judge.js';
import { MEASURED_ROWS } from '../asked/budget-input.js';

/** What is weighed, each so that less is better: times for single rows and for 32, bytes, what is lost of the answers. */
export type Costs = readonly number[];

/** Relative to the original, whose own are 1, 1, 1 and 0. */
export function costsOf(measured: Measured, original: OptimizationFigures): Costs {
  const times = MEASURED_ROWS.map((rows) => 1 / Math.max(1e-9, speedupOf(measured, rows)));
  return [...times, measured.figures.bytes / Math.max(1, original.bytes), lostBy(measured)];
}

/** Of the metric where it is measured, and never less than nothing; else the largest relative departure of an output. */
export function lostBy({ differences, loss }: Pick<Measured, 'differences' | 'loss'>): number {
  if (loss !== null) return Math.max(0, loss.value);
  return Math.max(
    0,
    ...differences.map(({ relative, differing, elements }) => relative ?? differing / Math.max(1, elements)),
  );
}

export const ORIGINAL_COSTS: Costs = [1, 1, 1, 0];

/** Whether each stands on the front of those that nothing is better than in something and as good in the rest. Pure. */
export function paretoFront(all: readonly Costs[], beside: readonly Costs[] = [ORIGINAL_COSTS]): boolean[] {
  return all.map((one) => ![...all, ...beside].some((other) => other !== one && dominates(other, one)));
}

function dominates(one: Costs, other: Costs): boolean {
  return (
    one.every((cost, place) => cost <= (other[place] ?? Infinity)) &&
    one.some((cost, place) => cost < (other[place] ?? Infinity))
  );
}

const ORDER = ['RECOMMENDED', 'TRADE_OFF', 'NOT_RECOMMENDED'];

/**
 * The candidate that is published: of those that meet the budget the one that is recommended most, and of these the one that
 * gains most by times and bytes together. Of several candidates none that is not recommended. Pure.
 */
export function chosenOf(
  candidates: readonly OptimizationCandidate[],
  original: OptimizationFigures,
): OptimizationCandidate | null {
  const isSearch = candidates.length > 1;
  const eligible = candidates.filter(
    ({ advice, figures, misses }) =>
      figures !== null && misses.length === 0 && !(isSearch && advice?.verdict === 'NOT_RECOMMENDED'),
  );
  const rank = ({ advice }: OptimizationCandidate) => ORDER.indexOf(advice?.verdict ?? 'NOT_RECOMMENDED');
  const gain = ({ figures, speedups }: OptimizationCandidate) =>
    speedups.reduce((sum, { factor }) => sum + Math.log(Math.max(1e-9, factor)), 0) +
    0.5 * Math.log(original.bytes / Math.max(1, figures?.bytes ?? 1));
  const [best = null] = eligible.toSorted((a, b) => rank(a) - rank(b) || gain(b) - gain(a));
  return best;
}
