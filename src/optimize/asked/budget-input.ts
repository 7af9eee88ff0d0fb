import type { OptimizationBudget } from '../../catalog/index.js';
import { DomainError } from '../../platform/errors.js';

const LIMITS = ['maxLoss', 'minSpeedup', 'minShrink', 'maxMeanDifference', 'maxLargestDifference'] as const;
type Limit = (typeof LIMITS)[number];
/** Rows at once, at which everything is measured. */
export const MEASURED_ROWS = [1, 32] as const;
/** Of metrics of which a larger value is neither better nor worse. */
const NEUTRAL = ['bias'];

/**
 * @returns with every limit that was not given as null
 * @throws DomainError INVALID_ARGUMENT without a single limit, or for one that is none
 */
export function checkedBudget(given: unknown): OptimizationBudget {
  const asked = (given ?? {}) as Partial<Record<keyof OptimizationBudget, unknown>>;
  const limit = (name: Limit): number | null => {
    const value = asked[name];
    if (value === undefined || value === null) return null;
    const isRight = typeof value === 'number' && Number.isFinite(value) && value >= 0;
    if (isRight && !(name.startsWith('min') && value === 0)) return value;
    const what = name.startsWith('min')
      ? 'a factor above 0, such as 2'
      : 'a number of at least 0, such as 0.02';
    throw invalid(`budget.${name}: expected ${what}, got ${JSON.stringify(value)}.`, name);
  };
  const limits = Object.fromEntries(LIMITS.map((name) => [name, limit(name)])) as Record<
    Limit,
    number | null
  >;
  if (Object.values(limits).every((value) => value === null))
    throw invalid(
      `Expected a budget with at least one of ${LIMITS.join(', ')}, got none. It decides what is published: {maxLoss: 0.02, minSpeedup: 2} is at most 0.02 lost of the metric and at least twice as fast.`,
    );
  const metric = typeof asked.metric === 'string' && asked.metric.trim() !== '' ? asked.metric.trim() : null;
  if (metric !== null && limits.maxLoss === null)
    throw invalid(`budget.metric goes with maxLoss: how much of ${metric} may be lost?`, 'maxLoss');
  if (metric !== null && NEUTRAL.includes(metric))
    throw invalid(
      `budget.metric: nothing can be lost of ${metric}, of which more is neither better nor worse.`,
      'metric',
    );
  const rows = asked.speedupRows ?? 1;
  if (!MEASURED_ROWS.some((known) => known === rows))
    throw invalid(
      `budget.speedupRows: expected ${MEASURED_ROWS.join(' or ')}, for which times are measured, got ${JSON.stringify(rows)}.`,
      'speedupRows',
    );
  return { ...limits, metric, speedupRows: rows as number };
}

function invalid(message: string, name?: string): DomainError {
  return new DomainError('INVALID_ARGUMENT', message, {
    field: ['budget', ...(name === undefined ? [] : [name])],
  });
}
