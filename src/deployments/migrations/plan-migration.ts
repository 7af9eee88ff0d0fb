import { serves } from '../harness/harness-phase.js';
import type { Caller } from '../../security/index.js';
import { rearranged } from '../desired/arrangement.js';
import { because, SYSTEM } from '../deployment-events.js';
import { isAlive, standsFor, type Desired, type Move, type OpenMigration } from '../desired/desired.js';
import { isWorthAnother } from '../plan/fate.js';
import type { MigrationStep, Observed } from '../plan/plan-types.js';
import type { RevisionRecord } from '../records.js';
import { nextAction, type MigrationSnapshot } from './migration-policy.js';
import type { EndState, OpenState } from './records.js';

/** How often a candidate is looked at; a guard's verdict is this late at most. */
const TICK_MS = 250;

/** What a deployment's migration does next, as changes of rows. Pure. */
export function planMigration(
  desired: Desired,
  observed: Observed,
  now: number,
): {
  readonly actions: readonly MigrationStep[];
  readonly wakeInMs: number | null;
  readonly waitsFor: string | null;
} {
  const { migration } = desired;
  if (!migration) return { actions: [], wakeInMs: null, waitsFor: null };
  const { step, periods, plan } = migration;
  const act = (action: MigrationStep) => ({ actions: [action], wakeInMs: null, waitsFor: null });
  // What was seen in this step went with the process: alpha must not be spent on that and on what follows both.
  if (step !== null && observed.trial?.step !== step)
    return act(changed(migration, { change: { periods: periods + 1 }, observe: step }));
  const next = nextAction(plan, snapshot(desired, observed, migration));
  switch (next.kind) {
    case 'WAIT':
      return { actions: [], wakeInMs: observed.trial ? TICK_MS : null, waitsFor: next.for };
    case 'ENTER':
      return act(enter(desired, migration, next.step, now));
    case 'HOLD':
      return act(changed(migration, { event: 'MIGRATION_HELD', change: { state: 'AWAITING_APPROVAL' } }));
    case 'PROMOTE':
      return act(promoteCandidate(desired, migration, null, SYSTEM, now));
    case 'ROLL_BACK':
      return act(endMigration(desired, migration, 'ROLLED_BACK', next.reason, SYSTEM, now));
    case 'FAIL':
      return act(endMigration(desired, migration, 'FAILED', next.reason, SYSTEM, now));
  }
}

/** The candidate is what the deployment stands for from now on. It must serve. */
export function promoteCandidate(
  desired: Desired,
  migration: OpenMigration,
  reason: string | null,
  caller: Caller,
  now: number,
): MigrationStep {
  const promote = candidateOf(desired, migration) ?? undefined;
  const { keepWarmMs } = migration.plan;
  return changed(migration, {
    moves: rearranged(desired.revisions, { promote, keepWarmMs }, now),
    event: 'MIGRATION_SUCCEEDED',
    change: { state: 'SUCCEEDED', endedAt: new Date(now), resumesIn: null },
    reason,
    caller,
  });
}

/** Everything goes back to what served before. */
export function endMigration(
  desired: Desired,
  migration: OpenMigration,
  state: Exclude<EndState, 'SUCCEEDED'>,
  reason: string | null,
  caller: Caller,
  now: number,
): MigrationStep {
  const candidate = candidateOf(desired, migration);
  const primary = standsFor(desired.revisions);
  const what = { ROLLED_BACK: 'rolled back', ABORTED: 'aborted', FAILED: 'failed' }[state];
  const arrangement = {
    ...(primary && { weights: new Map([[primary, 100]]) }),
    ...(candidate && { leaving: [candidate] }),
    leaveReason: `The migration to ${migration.to.ref} was ${what}${because(reason)}`,
  };
  return changed(migration, {
    moves: rearranged(desired.revisions, arrangement, now),
    event: `MIGRATION_${state}`,
    change: { state, endedAt: new Date(now), resumesIn: null },
    reason,
    caller,
  });
}

export function pauseMigration(
  migration: OpenMigration,
  from: OpenState,
  reason: string | null,
  caller: Caller,
): MigrationStep {
  const change = { state: 'PAUSED', resumesIn: from } as const;
  return changed(migration, { event: 'MIGRATION_PAUSED', change, reason, caller });
}

export function resumeMigration(
  migration: OpenMigration,
  reason: string | null,
  caller: Caller,
): MigrationStep {
  const change = { state: migration.resumesIn ?? 'RUNNING', resumesIn: null };
  return changed(migration, { event: 'MIGRATION_RESUMED', change, reason, caller });
}

export function candidateOf(
  { revisions }: Pick<Desired, 'revisions'>,
  { toRevision }: Pick<OpenMigration, 'toRevision'>,
): RevisionRecord | null {
  return revisions.find(({ number }) => number === toRevision) ?? null;
}

function enter(desired: Desired, migration: OpenMigration, step: number, now: number): MigrationStep {
  const weight = migration.plan.steps[step]?.weight ?? 0;
  const weights = new Map<RevisionRecord, number>();
  const primary = standsFor(desired.revisions);
  const candidate = candidateOf(desired, migration);
  if (primary) weights.set(primary, 100 - weight);
  if (candidate) weights.set(candidate, weight);
  return changed(migration, {
    moves: rearranged(desired.revisions, { weights }, now),
    event: 'MIGRATION_ADVANCED',
    change: { state: 'RUNNING', step, stepAt: new Date(now), periods: migration.periods + 1 },
    observe: step,
  });
}

function snapshot(
  desired: Desired,
  { harnesses, trial }: Observed,
  migration: OpenMigration,
): MigrationSnapshot {
  const candidate = candidateOf(desired, migration);
  const harness = candidate ? harnesses.get(candidate.id) : undefined;
  const isLost =
    !candidate || !isAlive(candidate) || (harness?.phase === 'FAILED' && !isWorthAnother(harness));
  return {
    // The store finds open ones only.
    state: migration.state as OpenState,
    step: migration.step,
    candidate: isLost ? 'FAILED' : serves(harnesses, candidate) ? 'SERVING' : 'COMING',
    failure: isLost ? (candidate?.stateReason ?? null) : null,
    elapsedMs: trial?.elapsedMs ?? 0,
    candidateRequests: trial?.candidateRequests ?? 0,
    guards: trial?.guards ?? migration.guards,
  };
}

function changed(
  migration: OpenMigration,
  step: Pick<MigrationStep, 'change'> & Partial<MigrationStep> & { readonly moves?: readonly Move[] },
): MigrationStep {
  return {
    kind: 'MIGRATION',
    moves: [],
    migration,
    event: null,
    reason: null,
    caller: SYSTEM,
    observe: null,
    ...step,
  };
}
