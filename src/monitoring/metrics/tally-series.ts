import type { DeploymentTally } from './tallies/deployment-tally.js';

export interface SeriesRequest {
  readonly windowMs: number;
  /** Of a point; the finest that fits when left out. */
  readonly resolutionMs?: number | null | undefined;
  /** 2 or more. */
  readonly maxPoints: number;
  readonly until?: Date | null | undefined;
}

/** Sums of equally long stretches of time, oldest first. */
export interface TallySeries {
  readonly points: readonly DeploymentTally[];
  /** Seconds. */
  readonly step: number;
  /** Seconds since 1970. */
  readonly since: number;
  /** Milliseconds since 1970. */
  readonly atMs: number;
}

/** Sums of one stretch of time, one for each deployment that was asked for. */
export interface WindowTallies {
  readonly tallies: readonly DeploymentTally[];
  /** How long it is: a little longer than was asked for, where less is not told apart. */
  readonly seconds: number;
}

export interface RecentTally {
  readonly tally: DeploymentTally;
  /** False when up to ten seconds may be missing, since a server before this one ended without warning. */
  readonly isComplete: boolean;
}
