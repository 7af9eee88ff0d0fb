import type {
  OptimizationAdvice,
  OptimizationBudget,
  OptimizationCandidate,
  OptimizationFigures,
} from '../../catalog/index.js';

export type Measured = Pick<OptimizationCandidate, 'differences' | 'loss' | 'speedups'> & {
  readonly figures: OptimizationFigures;
};

/** Smaller changes are within what a busy machine makes of the same graph. */
const FASTER = 1.1;
const SLOWER = 0.9;
const SMALLER = 1.25;
/** Of the standard deviation of the answers. */
const FAR = 0.1;

/** What of a budget is missed, each with what was asked and what came. Pure. */
export function missesOf(
  measured: Measured,
  original: OptimizationFigures,
  budget: OptimizationBudget,
): string[] {
  const { differences, figures, loss } = measured;
  const misses: string[] = [];
  if (budget.maxLoss !== null) {
    if (loss === null) misses.push('no metric could be measured, so what is lost of it is not known');
    else if (loss.value > budget.maxLoss)
      misses.push(`${shown(loss.value)} of ${loss.metric} are lost, at most ${budget.maxLoss} were to be`);
  }
  if (budget.minSpeedup !== null) {
    const factor = speedupOf(measured, budget.speedupRows);
    if (factor < budget.minSpeedup)
      misses.push(
        `it is ${shown(factor)} times as fast for ${rowsText(budget.speedupRows)}, at least ${budget.minSpeedup} times were asked for`,
      );
  }
  if (budget.minShrink !== null) {
    const factor = original.bytes / figures.bytes;
    if (factor < budget.minShrink)
      misses.push(`it is ${shown(factor)} times as small, at least ${budget.minShrink} times were asked for`);
  }
  const largest = Math.max(0, ...differences.map((each) => each.largest ?? 0));
  if (budget.maxLargestDifference !== null && largest > budget.maxLargestDifference)
    misses.push(
      `an answer differs by ${shown(largest)}, at most ${budget.maxLargestDifference} was to be the largest difference`,
    );
  const mean = Math.max(0, ...differences.map((each) => each.mean ?? 0));
  if (budget.maxMeanDifference !== null && mean > budget.maxMeanDifference)
    misses.push(
      `answers differ by ${shown(mean)} in the mean, at most ${budget.maxMeanDifference} was to be the mean difference`,
    );
  return misses;
}

/** Whether to serve it in the original's place, and why: what is gained, then what is lost. Pure. */
export function adviceOf(
  measured: Measured,
  original: OptimizationFigures,
  misses: readonly string[],
): OptimizationAdvice {
  const gains = gainsOf(measured, original);
  const harms = harmsOf(measured, original);
  const slower = measured.speedups.filter(({ factor }) => factor < SLOWER);
  const isFaster = measured.speedups.some(({ factor }) => factor >= FASTER);
  const reasons = [...misses.map((miss) => `The budget is missed: ${miss}.`), ...gains, ...harms];
  if (gains.length === 0)
    return { verdict: 'NOT_RECOMMENDED', reasons: [...reasons, 'It is neither faster nor smaller.'] };
  if (misses.length > 0 || (slower.length > 0 && !isFaster)) return { verdict: 'NOT_RECOMMENDED', reasons };
  return { verdict: harms.length > 0 ? 'TRADE_OFF' : 'RECOMMENDED', reasons };
}

function gainsOf({ figures, speedups }: Measured, original: OptimizationFigures): string[] {
  const gains = speedups
    .filter(({ factor }) => factor >= FASTER)
    .map(({ rows, factor }) => `It is ${shown(factor)} times as fast for ${rowsText(rows)}.`);
  const shrink = original.bytes / figures.bytes;
  return shrink >= SMALLER ? [...gains, `Its file is ${shown(shrink)} times as small.`] : gains;
}

function harmsOf(
  { differences, figures, loss, speedups }: Measured,
  original: OptimizationFigures,
): string[] {
  const harms = speedups
    .filter(({ factor }) => factor < SLOWER)
    .map(
      ({ rows, factor }) =>
        `It is slower: for ${rowsText(rows)} it takes ${shown(1 / factor)} times as long.`,
    );
  if (isJoined(original) && !isJoined(figures))
    harms.push(
      `It loses batching: requests of several callers can no longer share a run${figures.rowsIndependentReason === null ? '' : ` (${figures.rowsIndependentReason})`}.`,
    );
  if (figures.bytes > original.bytes * SMALLER)
    harms.push(`Its file is ${shown(figures.bytes / original.bytes)} times as large.`);
  if (loss !== null) {
    if (loss.value > 0 && (loss.interval?.low ?? 0) > 0)
      harms.push(
        `It is less exact: ${loss.metric} is worse by ${shown(loss.value)} (95 %: ${shown(loss.interval?.low ?? 0)} to ${shown(loss.interval?.high ?? 0)}).`,
      );
    return harms;
  }
  const [worst] = differences.toSorted((a, b) => (b.relative ?? 0) - (a.relative ?? 0));
  if ((worst?.relative ?? 0) > FAR)
    harms.push(
      `Its answers depart from the original's by ${shown(100 * (worst?.relative ?? 0))} % of their standard deviation; without measured values nothing says which are right.`,
    );
  return harms;
}

export function speedupOf({ speedups }: Pick<Measured, 'speedups'>, rows: number): number {
  return speedups.find((each) => each.rows === rows)?.factor ?? 0;
}

function isJoined({ rowsIndependent }: OptimizationFigures): boolean {
  return rowsIndependent === 'PROVEN' || rowsIndependent === 'DECLARED';
}

function rowsText(rows: number): string {
  return rows === 1 ? 'single rows' : `${rows} rows at once`;
}

/** Three digits. */
export function shown(value: number): string {
  return String(Number(value.toPrecision(3)));
}
