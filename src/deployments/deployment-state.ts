import { DomainError } from '../platform/errors.js';
import { totalWeight } from './routing/share.js';

export const DEPLOYMENT_STATES = [
  'PENDING',
  'LOADING',
  'WARMING',
  'READY',
  'DRAINING',
  'STOPPED',
  'FAILED',
] as const;
export type DeploymentState = (typeof DEPLOYMENT_STATES)[number];

/**
 * What a revision is to its deployment while it lives: what the deployment stands for; beside that, as a migration's target
 * or for a share of the traffic; or replaced and kept in memory for a while.
 */
export type RevisionRole = 'PRIMARY' | 'CANDIDATE' | 'STANDBY';

/**
 * What a revision may do next. STOPPED is final: serving again is a new revision. The way back to PENDING is for a
 * revision whose process or worker died under it, and for one that FAILED when Retort starts anew: what it missed, a
 * volume that was not mounted say, may be there now. PENDING becomes READY at once when it takes over the model of a
 * revision that was kept warm.
 */
export const LEGAL_TRANSITIONS: Readonly<Record<DeploymentState, readonly DeploymentState[]>> = {
  PENDING: ['LOADING', 'READY', 'STOPPED'],
  LOADING: ['WARMING', 'FAILED', 'STOPPED', 'PENDING'],
  WARMING: ['READY', 'FAILED', 'STOPPED', 'PENDING'],
  READY: ['DRAINING', 'PENDING', 'FAILED'],
  DRAINING: ['STOPPED'],
  STOPPED: [],
  FAILED: ['PENDING', 'STOPPED'],
};

export function assertTransition(from: DeploymentState, to: DeploymentState): void {
  if (LEGAL_TRANSITIONS[from].includes(to)) return;
  throw new DomainError(
    'INTERNAL',
    `A revision cannot go from ${from} to ${to}; from ${from} it may go to ${LEGAL_TRANSITIONS[from].join(', ') || 'nothing'}.`,
  );
}

interface RevisionSnapshot {
  readonly number: number;
  readonly role: RevisionRole;
  readonly state: DeploymentState;
  readonly stateReason: string | null;
}

/** The revision a deployment stands for: the primary that serves, else the newest of its primaries. */
export function currentRevision<R extends RevisionSnapshot>(revisions: readonly R[]): R {
  const newestFirst = [...revisions].sort((a, b) => b.number - a.number);
  const primaries = newestFirst.filter(({ role }) => role === 'PRIMARY');
  const current = primaries.find(({ state }) => state === 'READY') ?? primaries[0] ?? newestFirst[0];
  if (!current) throw new DomainError('INTERNAL', 'A deployment has no revision.');
  return current;
}

/**
 * A deployment's state is its current revision's. While one revision serves, a newer one that failed is told in
 * the reason: the caller who deployed it must see why nothing changed.
 */
export function deploymentState(revisions: readonly RevisionSnapshot[]): {
  state: DeploymentState;
  reason: string | null;
} {
  const current = currentRevision(revisions);
  const newest = revisions.reduce((a, b) => (b.number > a.number ? b : a));
  if (current.state === 'READY' && newest.state === 'FAILED') {
    return {
      state: 'READY',
      reason: `Revision ${newest.number} failed, revision ${current.number} keeps serving: ${newest.stateReason ?? 'no reason was kept'}`,
    };
  }
  return { state: current.state, reason: current.stateReason };
}

/** Who answers requests, in per cent: those that are READY, by their weights. */
export function trafficShares<R extends RevisionSnapshot & { readonly weight: number }>(
  revisions: readonly R[],
): { readonly revision: R; readonly weight: number }[] {
  const able = revisions
    .filter(({ state, weight }) => state === 'READY' && weight > 0)
    .sort((a, b) => a.number - b.number);
  const total = totalWeight(able);
  return able.map((revision) => ({ revision, weight: (100 * revision.weight) / total }));
}

/** What must be brought up again after the process ended: everything that was running, on its way or had failed. */
export function resumesAfterRestart(state: DeploymentState): boolean {
  return state !== 'DRAINING' && state !== 'STOPPED';
}
