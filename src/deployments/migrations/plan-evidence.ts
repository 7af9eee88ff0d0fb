import { LRUCache } from 'lru-cache';
import { fewestRequests, MOST_REQUESTS, type GuardReport } from '../guards/index.js';
import type { MigrationPlan, MigrationRecord, MigrationStep } from './records.js';

export const MIGRATION_EVIDENCE = ['SUFFICIENT', 'INSUFFICIENT', 'NONE'] as const;
export type MigrationEvidence = (typeof MIGRATION_EVIDENCE)[number];

/**
 * On how much evidence a migration stands: whether every guard has decided in the step it is in, or was in last. A guard
 * with proof against the candidate is evidence enough by itself.
 */
export function evidenceOf(
  { plan, step }: MigrationRecord,
  reports: readonly GuardReport[],
): MigrationEvidence {
  if (plan.steps.length === 0 || !isWatched(plan)) return 'NONE';
  if (reports.some(({ verdict }) => verdict === 'FAIL')) return 'SUFFICIENT';
  const decided = step !== null && reports.length > 0 && reports.every(({ verdict }) => verdict === 'PASS');
  return decided ? 'SUFFICIENT' : 'INSUFFICIENT';
}

/** The guards that have not decided, for people; empty when all have. */
export function undecided(reports: readonly GuardReport[]): string {
  return reports
    .filter(({ verdict }) => verdict === 'UNDECIDED')
    .map(({ guard }) => guard)
    .join(', ');
}

/** Plans are asked about again and again while their migrations are watched. */
const known = new LRUCache<string, string[]>({ max: 200 });

/** Why a plan may end without its guards having decided, each with what to change. Pure; some milliseconds a plan. */
export function planWarnings(plan: MigrationPlan): readonly string[] {
  const step = plan.steps.at(-1);
  if (!step || !isWatched(plan)) return [];
  const key = JSON.stringify([plan.guards, step]);
  const warnings = known.get(key) ?? warningsOf(plan, step);
  known.set(key, warnings);
  return warnings;
}

function warningsOf({ guards, steps }: MigrationPlan, step: MigrationStep): string[] {
  const { weight, mirrorShare, minRequests, dwellMs } = step;
  // With a share of its own the candidate's requests are mirrored to the base; without, the base's to the candidate.
  const baseShare = weight > 0 ? (100 - weight) / weight + mirrorShare : 1 / mirrorShare;
  const comparedShare = weight > 0 ? mirrorShare : 1;
  return [...fewestRequests(guards, { baseShare, comparedShare })].flatMap(([guard, fewest]) => {
    if (fewest !== null && fewest <= minRequests) return [];
    const needs =
      fewest === null
        ? `${guard} could not decide even with ${MOST_REQUESTS} requests of the new version`
        : `${guard} needs at least ${fewest} requests of the new version to decide`;
    const remedy =
      fewest === null
        ? 'Widen its limit, or have requests mirrored when none are'
        : `Set minRequests of that step to ${fewest} or more, or a dwell in which your traffic brings as many`;
    return [
      `${needs}, and step ${steps.length}, the last one, may end after ${minRequests} (and ${dwellMs / 1_000} s). ${remedy}; ` +
        'or hold for approval.',
    ];
  });
}

function isWatched({
  guards: { errorRate, p99Ratio, outputDifference, drift, evaluation = null },
}: MigrationPlan): boolean {
  return [errorRate, p99Ratio, outputDifference, drift, evaluation].some((guard) => guard !== null);
}
