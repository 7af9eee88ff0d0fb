import type {
  OptimizationBudget,
  OptimizationCandidate,
  OptimizationFigures,
} from '../../src/catalog/index.js';
import type { Measured } from '../../src/optimize/judging/judge.js';

export const ORIGINAL: OptimizationFigures = {
  bytes: 1_000_000,
  parameters: 250_000,
  latencies: [],
  memoryBytes: 10_000_000,
  rowsIndependent: 'PROVEN',
  rowsIndependentReason: null,
  metrics: [],
};

export const NO_LIMITS: OptimizationBudget = {
  maxLoss: null,
  metric: null,
  minSpeedup: null,
  speedupRows: 1,
  minShrink: null,
  maxMeanDifference: null,
  maxLargestDifference: null,
};

/** Of a graph that is so many times as fast for one row and for 32, and has so many bytes. */
export function measured(
  [one, many]: readonly [number, number],
  bytes: number,
  more: Partial<Omit<Measured, 'figures'>> & { readonly figures?: Partial<OptimizationFigures> } = {},
): Measured {
  const { figures, ...rest } = more;
  return {
    speedups: [
      { rows: 1, factor: one },
      { rows: 32, factor: many },
    ],
    differences: [],
    loss: null,
    ...rest,
    figures: { ...ORIGINAL, bytes, ...figures },
  };
}

export function candidate(
  name: string,
  of: Measured,
  more: Partial<OptimizationCandidate> = {},
): OptimizationCandidate {
  return {
    name,
    steps: [{ method: 'FP16', settings: {} }],
    error: null,
    digest: null,
    ...of,
    misses: [],
    onFront: false,
    advice: { verdict: 'RECOMMENDED', reasons: [] },
    notes: [],
    ...more,
  };
}
