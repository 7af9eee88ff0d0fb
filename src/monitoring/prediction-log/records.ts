import type { LoggedContent } from './logged-content.js';

/** A prediction on its way into the log. */
export interface NewLoggedPrediction {
  readonly id: string;
  readonly versionId: string;
  readonly operation: 'INFER' | 'PREDICT';
  /** 1 by predict; all of the request by infer. */
  readonly rows: number;
  readonly at: Date;
  readonly totalMs: number;
  readonly queueMs: number;
  readonly runMs: number;
  readonly subject: string | null;
  readonly errorCode: string | null;
  /** The answer, where it is one number and not masked. */
  readonly number: number | null;
  readonly content: string;
  readonly bytes: number;
}

/** What was measured of a prediction later. */
export interface OutcomeRecord {
  readonly predictionId: string;
  readonly value: unknown;
  /** When it was measured. */
  readonly at: Date;
  readonly recordedAt: Date;
  readonly recordedBy: string;
  readonly reason: string | null;
  /** How often it took the place of an earlier value. */
  readonly replacements: number;
}

export interface LoggedPredictionRecord extends Omit<NewLoggedPrediction, 'content' | 'subject'> {
  /** Rises with time. */
  readonly seq: bigint;
  readonly deploymentId: string;
  readonly content: LoggedContent;
  readonly outcome: OutcomeRecord | null;
}

/** All conditions must hold. */
export interface LoggedPredictionFilter {
  readonly since?: Date | null | undefined;
  readonly until?: Date | null | undefined;
  readonly versionId?: string | null | undefined;
  /** Part of what was asked or answered, without regard to case. */
  readonly text?: string | null | undefined;
  /** Bounds of an answer that is one number. */
  readonly minValue?: number | null | undefined;
  readonly maxValue?: number | null | undefined;
  /** A hash. */
  readonly subject?: string | null | undefined;
  /** Whether it has no answer. */
  readonly failed?: boolean | null | undefined;
  readonly errorCode?: string | null | undefined;
  /** Whether an outcome was recorded. */
  readonly measured?: boolean | null | undefined;
}
