import { beginObservations, evaluateGuards, type GuardObservations } from './evaluate-guards.js';
import type { Guard } from './guard-report.js';
import type { GuardSettings } from './guard-settings.js';

/** Beyond this nobody waits for a guard; and what it can never decide would be searched for for ever. */
export const MOST_REQUESTS = 50_000;

/** How requests reach both sides of a trial. */
export interface Exposure {
  /** Requests of the base for each of the candidate's. */
  readonly baseShare: number;
  /** The share, from 0 to 1, of the candidate's requests whose answers are compared. */
  readonly comparedShare: number;
}

/**
 * How many requests of the candidate each guard that is on needs at least to say PASS: with the best candidate there can
 * be, which never fails, is as fast as the base and answers alike. Null where even 50,000 are too few.
 */
export function fewestRequests(settings: GuardSettings, exposure: Exposure): Map<Guard, number | null> {
  const all = evaluateGuards(settings, beginObservations(settings), 1)
    .map(({ guard }) => guard)
    // Requests decide nothing of it.
    .filter((guard) => guard !== 'EVALUATION');
  return new Map(all.map((guard) => [guard, fewest(only(guard, settings), exposure)]));
}

function fewest(settings: GuardSettings, exposure: Exposure): number | null {
  const passes = (requests: number) =>
    evaluateGuards(settings, ideal(settings, exposure, requests), 1).every(
      ({ verdict }) => verdict === 'PASS',
    );
  let high = 1;
  while (!passes(high)) {
    if (high >= MOST_REQUESTS) return null;
    high = Math.min(MOST_REQUESTS, high * 2);
  }
  let low = Math.floor(high / 2);
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (passes(middle)) high = middle;
    else low = middle;
  }
  return high;
}

function ideal(
  settings: GuardSettings,
  { baseShare, comparedShare }: Exposure,
  requests: number,
): GuardObservations {
  const observed = beginObservations(settings);
  const ok = { ok: true, totalMs: 1 };
  for (let index = 0; index < requests; index += 1) observed.candidate.observe(ok);
  for (let index = 0; index < Math.floor(requests * baseShare); index += 1) observed.base.observe(ok);
  if (settings.outputDifference === null && settings.drift === null) return observed;
  for (let index = 0; index < Math.floor(requests * comparedShare); index += 1) {
    const answer = new Map([['', [index]]]);
    observed.comparison.observe({ base: answer, candidate: answer });
  }
  return observed;
}

function only(guard: Guard, settings: GuardSettings): GuardSettings {
  const { errorRate, p99Ratio, outputDifference, drift, confidence } = settings;
  return {
    errorRate: guard === 'ERROR_RATE' ? errorRate : null,
    p99Ratio: guard === 'P99_RATIO' ? p99Ratio : null,
    outputDifference: guard === 'OUTPUT_DIFFERENCE' ? outputDifference : null,
    drift: guard === 'DRIFT' ? drift : null,
    confidence,
  };
}
