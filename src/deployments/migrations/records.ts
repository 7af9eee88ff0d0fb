import type { GuardReport, GuardSettings } from '../guards/index.js';

export const MIGRATION_STRATEGIES = ['IMMEDIATE', 'CANARY', 'SHADOW', 'BLUE_GREEN'] as const;
export type MigrationStrategy = (typeof MIGRATION_STRATEGIES)[number];

export const OPEN_STATES = ['LOADING', 'RUNNING', 'PAUSED', 'AWAITING_APPROVAL'] as const;
export type OpenState = (typeof OPEN_STATES)[number];
export type EndState = 'SUCCEEDED' | 'ROLLED_BACK' | 'ABORTED' | 'FAILED';
export type MigrationState = OpenState | EndState;

/** One stretch of a migration, in which the candidate has a share of the requests, or is asked what others are. */
export interface MigrationStep {
  /** Per cent of the requests that the candidate answers. */
  readonly weight: number;
  /** The share, from 0 to 1, of the requests that are also asked of the other version, to compare the answers. */
  readonly mirrorShare: number;
  /** How long the step lasts at least. */
  readonly dwellMs: number;
  /** How many requests the candidate must have been asked, mirrored ones included, before the step ends. */
  readonly minRequests: number;
}

export interface MigrationPlan {
  readonly steps: readonly MigrationStep[];
  /** After the steps, somebody has to say that the candidate may have all of the traffic. */
  readonly approval: boolean;
  readonly guards: GuardSettings;
  /** How long the old revision stays in memory after it was replaced. */
  readonly keepWarmMs: number;
}

export interface MigrationRecord {
  readonly id: string;
  readonly deploymentId: string;
  /** 1, 2, 3… within the deployment. */
  readonly number: number;
  readonly fromRevision: number;
  readonly toRevision: number;
  readonly strategy: MigrationStrategy;
  readonly plan: MigrationPlan;
  readonly state: MigrationState;
  readonly stateReason: string | null;
  /** The state it goes on in when it is resumed. */
  readonly resumesIn: OpenState | null;
  /** From 0; null before the first, or when there are none. */
  readonly step: number | null;
  readonly stepAt: Date | null;
  /** What the guards last said. */
  readonly guards: readonly GuardReport[];
  /** How often it was begun to observe the candidate: once for each step, and for each restart within one. */
  readonly periods: number;
  /** Why, as whoever began it said. */
  readonly reason: string | null;
  readonly createdAt: Date;
  readonly createdBy: string;
  readonly endedAt: Date | null;
}

export function isOpen(state: MigrationState): state is OpenState {
  return (OPEN_STATES as readonly MigrationState[]).includes(state);
}
