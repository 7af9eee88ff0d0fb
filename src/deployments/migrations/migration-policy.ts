import type { GuardReport } from '../guards/index.js';
import type { MigrationPlan, MigrationStep, OpenState } from './records.js';

/** A guard that cannot decide prolongs a step to this many times its length; then the migration goes on. */
const LONGEST_STRETCH = 3;
export const FOR_APPROVAL = 'resumeMigration: it holds for approval';

export interface MigrationSnapshot {
  readonly state: OpenState;
  /** The step it is in; null before the first. */
  readonly step: number | null;
  /** Whether the candidate answers requests now, is on its way to, or never will. */
  readonly candidate: 'SERVING' | 'COMING' | 'FAILED';
  /** Why it never will. */
  readonly failure: string | null;
  /** Since the step began; for a step that was interrupted by a restart, since it began anew. */
  readonly elapsedMs: number;
  /** Asked of the candidate since then, mirrored ones included. */
  readonly candidateRequests: number;
  readonly guards: readonly GuardReport[];
}

/** What is seen of a candidate in the step it is in. */
export interface TrialView extends Pick<MigrationSnapshot, 'elapsedMs' | 'candidateRequests' | 'guards'> {
  readonly step: number;
}

export type MigrationAction =
  | { readonly kind: 'WAIT'; readonly for: string }
  | { readonly kind: 'ENTER'; readonly step: number }
  | { readonly kind: 'HOLD' }
  | { readonly kind: 'PROMOTE' }
  | { readonly kind: 'ROLL_BACK'; readonly reason: string }
  | { readonly kind: 'FAIL'; readonly reason: string };

/**
 * What a migration does next. Pure.
 *
 * | state | does |
 * | --- | --- |
 * | LOADING | enters the first step when the candidate serves; fails when it cannot be loaded |
 * | RUNNING | rolls back when a guard has proof against the candidate, or the candidate is gone for good; else goes to the next step, holds for approval or promotes, when the step has lasted and been asked enough |
 * | PAUSED, AWAITING_APPROVAL | waits for a person; the guards go on watching, and roll back all the same |
 */
export function nextAction(plan: MigrationPlan, snapshot: MigrationSnapshot): MigrationAction {
  const { state, candidate, failure } = snapshot;
  const broken = failure ?? 'it could not be loaded';
  if (candidate === 'FAILED') {
    return state === 'LOADING'
      ? { kind: 'FAIL', reason: `The new version failed: ${broken}` }
      : { kind: 'ROLL_BACK', reason: `The new version is lost: ${broken}` };
  }
  if (state === 'LOADING') {
    if (candidate === 'COMING') return wait('the new version to be loaded');
    return afterStep(plan, null);
  }
  const proof = snapshot.guards.find(({ verdict }) => verdict === 'FAIL');
  if (proof) return { kind: 'ROLL_BACK', reason: proof.detail };
  if (state === 'PAUSED') return wait('resumeMigration: it is paused');
  if (state === 'AWAITING_APPROVAL') return wait(FOR_APPROVAL);
  if (candidate === 'COMING') return wait('the new version to come back');
  const step = snapshot.step === null ? undefined : plan.steps[snapshot.step];
  const reason = step && unfinished(step, snapshot);
  return reason ? wait(reason) : afterStep(plan, snapshot.step);
}

/** Where a migration goes when a step is over; from null, before the first. */
export function afterStep(
  plan: MigrationPlan,
  step: number | null,
): Extract<MigrationAction, { kind: 'ENTER' | 'HOLD' | 'PROMOTE' }> {
  const next = step === null ? 0 : step + 1;
  if (next < plan.steps.length) return { kind: 'ENTER', step: next };
  return { kind: plan.approval ? 'HOLD' : 'PROMOTE' };
}

/** What the step still waits for; null when it is over. */
function unfinished(
  { dwellMs, minRequests }: MigrationStep,
  { elapsedMs, candidateRequests, guards }: MigrationSnapshot,
): string | null {
  if (elapsedMs < dwellMs) return `${Math.ceil((dwellMs - elapsedMs) / 1_000)} s more of this step`;
  if (candidateRequests < minRequests)
    return `requests: the new version was asked ${candidateRequests} of ${minRequests} times in this step`;
  const doubt = guards.find(({ verdict, beyondLimit }) => verdict === 'UNDECIDED' && beyondLimit);
  const stretched =
    elapsedMs >= LONGEST_STRETCH * dwellMs && candidateRequests >= LONGEST_STRETCH * minRequests;
  return doubt && !stretched ? `more evidence: ${doubt.detail}` : null;
}

function wait(what: string): MigrationAction {
  return { kind: 'WAIT', for: what };
}
