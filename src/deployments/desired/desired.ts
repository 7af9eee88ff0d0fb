import type { VersionRecord } from '../../catalog/index.js';
import type { Caller } from '../../security/index.js';
import type { DeploymentState } from '../deployment-state.js';
import type { MigrationRecord } from '../migrations/records.js';
import type { FollowPlan, RevisionRecord } from '../records.js';

/** What the database says one deployment is to be. */
export interface Desired {
  /** All that have not ended (STOPPED), by number. */
  readonly revisions: readonly RevisionRecord[];
  /** The number of the newest revision that was to be the primary, ended or not; 0 for none. */
  readonly newestPrimary: number;
  /** The one that is open. */
  readonly migration: OpenMigration | null;
  readonly rearrangement: PendingRearrangement | null;
  readonly following: Following | null;
}

export interface OpenMigration extends MigrationRecord {
  readonly from: VersionRecord;
  readonly to: VersionRecord;
}

/** A change of the traffic, or a rollback, that is made when the revisions it names serve. */
export type PendingRearrangement = {
  readonly id: string;
  /** How long the replaced primary is kept in memory. */
  readonly keepWarmMs: number;
  readonly reason: string | null;
  readonly caller: Caller;
} & (
  | {
      readonly kind: 'TRAFFIC';
      /** Per cent, by the number of a revision. */
      readonly shares: readonly {
        readonly revision: number;
        readonly ref: string;
        readonly weight: number;
      }[];
    }
  | {
      readonly kind: 'ROLLBACK';
      readonly revision: number;
      /** The revision whose version and settings it has again. */
      readonly restored: number;
      readonly from: number;
      /** Of the version that it goes back to. */
      readonly ref: string;
      /** What one more step of rollback goes back to. */
      readonly previous: number | null;
    }
);

export interface Following {
  readonly alias: string;
  readonly plan: FollowPlan;
  /** Where the alias points; null when there is no such alias. */
  readonly target: VersionRecord | null;
}

/** A change of one revision's row, together with others in one transaction. */
export interface Move {
  readonly revision: RevisionRecord;
  readonly to?: DeploymentState;
  /** Of the state. */
  readonly reason?: string | null;
  readonly place?: Partial<Pick<RevisionRecord, 'role' | 'weight' | 'standbyUntil'>>;
  /** It is the primary from now on. `exactly`: one step of rollback goes back to `previous`, also where that is null. */
  readonly serves?: { readonly previous: number | null; readonly exactly: boolean };
}

/** The revisions as they are after the moves; those that have ended are left out. */
export function moved(revisions: readonly RevisionRecord[], moves: readonly Move[]): RevisionRecord[] {
  const changed = new Map(revisions.map((revision) => [revision.id, revision]));
  for (const { revision, to, reason = null, place } of moves) {
    const now = changed.get(revision.id) ?? revision;
    changed.set(revision.id, { ...now, ...place, ...(to && { state: to, stateReason: reason }) });
  }
  return [...changed.values()].filter(({ state }) => state !== 'STOPPED');
}

/** On its way, or there. */
export function isAlive({ state }: Pick<RevisionRecord, 'state'>): boolean {
  return state === 'PENDING' || state === 'LOADING' || state === 'WARMING' || state === 'READY';
}

export function replacedBy({ number }: Pick<RevisionRecord, 'number'>): string {
  return `Replaced by revision ${number}`;
}

/** What the deployment stands for, while it serves. */
export function servingPrimary(revisions: readonly RevisionRecord[]): RevisionRecord | null {
  return revisions.find(({ role, state }) => role === 'PRIMARY' && state === 'READY') ?? null;
}

/** What the deployment stands for: what serves, else the newest primary that is on its way. */
export function standsFor(revisions: readonly RevisionRecord[]): RevisionRecord | null {
  const alive = revisions.filter((revision) => revision.role === 'PRIMARY' && isAlive(revision));
  return servingPrimary(alive) ?? alive.at(-1) ?? null;
}
