import type { JobKind, JobState } from '../platform/database/__generated__/prisma/enums.js';
import type { JsonObject, JsonValue } from '../platform/events/index.js';

export type { JobKind, JobState };

export interface JobProgress {
  /** In what the kind of job counts: artifacts, steps. */
  readonly done: bigint;
  /** Null while it is not known. */
  readonly total: bigint | null;
  /** Among those that are done. */
  readonly failed: bigint;
  /** How much of the work is done, from 0 to 1, by weight rather than by number; null while that is not known. */
  readonly share: number | null;
  /** Of `done`, a second; null while the job does not run, or has not run long enough. */
  readonly rate: number | null;
  readonly secondsLeft: number | null;
}

export interface JobLogEntry {
  readonly at: Date;
  readonly message: string;
}

export interface JobRecord {
  readonly id: string;
  /** Rises with time. */
  readonly number: bigint;
  readonly kind: JobKind;
  readonly state: JobState;
  readonly title: string;
  readonly input: JsonObject;
  /** How often it was begun. */
  readonly attempt: number;
  readonly progress: JobProgress;
  readonly error: string | null;
  readonly log: readonly JobLogEntry[];
  readonly reason: string | null;
  readonly actor: string;
  readonly createdAt: Date;
  readonly startedAt: Date | null;
  readonly finishedAt: Date | null;
}

export interface JobFilter {
  readonly states?: readonly JobState[] | undefined;
  readonly kinds?: readonly JobKind[] | undefined;
}

/** How far a job has got, in the words of its kind. */
export interface Reached {
  readonly done: number;
  readonly total: number | null;
  readonly failed?: number;
  readonly share?: number;
}

/** A job at work, as its kind sees it. */
export interface RunningJob {
  readonly id: string;
  /** Who started it. */
  readonly actor: string;
  readonly input: JsonObject;
  /** What was saved last; null when nothing was. */
  readonly checkpoint: JsonValue | null;
  /** Aborts when the job is paused or cancelled, and when the server stops. */
  readonly signal: AbortSignal;
  /** Costs nothing, and is seen by those who watch. */
  report(reached: Reached): void;
  /**
   * Puts down where the job would go on. While the database is away, or another server may write there, it does not
   * return, and so nothing goes on.
   *
   * @throws the signal's reason
   */
  save(checkpoint: JsonValue, reached: Reached): Promise<void>;
  /** One line of the job's log. */
  log(message: string): void;
}

/** What a kind of job does. */
export interface JobWork {
  readonly kind: JobKind;
  /**
   * Checks what is asked for and says what is to be done, in values that mean the same later.
   *
   * @throws DomainError for what cannot be done
   */
  prepare(asked: JsonObject): Promise<{ readonly input: JsonObject; readonly title: string }>;
  /**
   * Does it, from the checkpoint on, in steps that leave the event loop to others.
   *
   * @returns the result
   * @throws DomainError when it fails: UNAVAILABLE, OVERLOADED and STORAGE_FULL are tried again for some minutes; the
   *   signal's reason
   */
  run(job: RunningJob): Promise<JsonValue>;
}

const OVER: ReadonlySet<JobState> = new Set(['SUCCEEDED', 'FAILED', 'CANCELLED']);

export function isOver(state: JobState): boolean {
  return OVER.has(state);
}
