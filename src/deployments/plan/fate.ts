import { RunnerLost } from '../../runtime/index.js';
import { Unavailable } from '../../platform/failures.js';
import { NoRoom } from '../harness/memory-budget.js';
import type { HarnessView } from './plan-types.js';

/** A model that takes its runner with it this often before it ever served is not tried again. */
const MAX_FIRST_CRASHES = 3;

/**
 * Whether a model that failed is tried again: any number of times where something stands in its way, and after a lost runner,
 * unless it lost each before it ever served. What is the model's fault would be the same next time.
 */
export function isWorthAnother({
  failure,
  hasServed,
  firstCrashes,
}: Pick<HarnessView, 'failure' | 'hasServed' | 'firstCrashes'>): boolean {
  return (
    failure instanceof Unavailable ||
    (failure instanceof RunnerLost && (hasServed || firstCrashes < MAX_FIRST_CRASHES)) ||
    (failure instanceof NoRoom && hasServed)
  );
}
