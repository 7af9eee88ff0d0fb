import type { VersionRecord } from '../../catalog/index.js';
import type { Caller } from '../../security/index.js';
import type { Move, OpenMigration, PendingRearrangement } from '../desired/desired.js';
import type { HarnessPhase } from '../harness/harness-phase.js';
import type { LoadFailure } from '../harness/load-failure.js';
import type { MigrationEventKind } from '../migrations/migration-events.js';
import type { TrialView } from '../migrations/migration-policy.js';
import type { MigrationChange } from '../migrations/migration-store.js';
import type { RevisionRecord } from '../records.js';

/** What a revision's harness is doing. */
export interface HarnessView {
  readonly phase: HarnessPhase;
  /** It has served before: what ended its runner was not the model as such, so it is tried for ever. */
  readonly hasServed: boolean;
  /** Lost runners before it ever served. */
  readonly firstCrashes: number;
  /** Why it is FAILED; null otherwise. */
  readonly failure: LoadFailure | null;
  /** How often it failed in a row, how long it waits for that, and how much of that is left. */
  readonly attempts: number;
  readonly delayMs: number;
  readonly retryInMs: number;
  /** What the warm-up had to say. */
  readonly note: string | null;
}

/** Why a deployment is to go where its alias points. */
export interface Occasion {
  readonly caller: Caller;
  readonly reason: string | null;
  /** Nobody said so: the alias may have moved while nobody saw it. */
  readonly isStart: boolean;
}

export interface Observed {
  /** By the revision's id. Nothing is observed of a revision that this process has not touched yet. */
  readonly harnesses: ReadonlyMap<string, HarnessView>;
  /** What is seen of the migration's candidate; null before it is watched. */
  readonly trial: TrialView | null;
  /** Null when the deployment is where its alias points, or was told not to go there. */
  readonly owed: Occasion | null;
  /** Why nothing is observed of what should run. */
  readonly why: string;
}

export type HarnessWork = 'BEGIN' | 'LOAD' | 'WARM' | 'SERVE' | 'ADOPT' | 'DRAIN' | 'FREE';

/** Rows change first, in one transaction with their events; what is in memory follows. */
export type Action = { readonly moves: readonly Move[] } & (
  | { readonly kind: 'REVISION'; readonly revision: RevisionRecord; readonly work: HarnessWork | null }
  | { readonly kind: 'TAKE_OVER'; readonly revision: RevisionRecord; readonly from: RevisionRecord }
  | { readonly kind: 'REARRANGE'; readonly change: PendingRearrangement }
  | {
      readonly kind: 'GIVE_UP';
      readonly change: PendingRearrangement;
      /** Null when it ended. */
      readonly failed: RevisionRecord | null;
    }
  | MigrationStep
  | { readonly kind: 'FOLLOW'; readonly to: VersionRecord; readonly why: string }
  /** It is there, or was refused; nothing is owed any more. */
  | { readonly kind: 'FOLLOWED'; readonly to: VersionRecord | null }
);

export interface MigrationStep {
  readonly kind: 'MIGRATION';
  readonly moves: readonly Move[];
  readonly migration: OpenMigration;
  readonly change: MigrationChange;
  /** Null: nobody is told. */
  readonly event: MigrationEventKind | null;
  readonly reason: string | null;
  readonly caller: Caller;
  /** The step in which the candidate is watched from now on; null: as before. */
  readonly observe: number | null;
}

export interface Plan {
  readonly actions: readonly Action[];
  /** When to look again though nothing was heard; null: not before. */
  readonly wakeInMs: number | null;
  /** What the migration waits for. */
  readonly waitsFor: string | null;
}
