import { DomainError, type ErrorCode } from '../platform/errors.js';

/**
 * How a runner ended without having been told to stop. CRASHED: by itself, or killed from outside. TOO_LONG,
 * OUT_OF_MEMORY: it went beyond its limits. ABANDONED: nobody waited for its run any more, and others did.
 * NOT_STARTED: it never came to be. REMOTE_LOST: the remote engine cannot be reached, or serves the model no longer.
 */
export type RunnerEnd =
  'CRASHED' | 'TOO_LONG' | 'OUT_OF_MEMORY' | 'ABANDONED' | 'NOT_STARTED' | 'REMOTE_LOST';

/** A runner ended under a model. It says nothing about a request that was not being worked on. */
export class RunnerLost extends DomainError {
  readonly end: RunnerEnd;
  /** The request was being worked on, alone or joined with others; false when it had not begun. */
  readonly atWork: boolean;

  constructor(
    message: string,
    details: {
      readonly end: RunnerEnd;
      readonly atWork: boolean;
      /** UNAVAILABLE unless the request itself is to blame. */
      readonly code?: ErrorCode;
      readonly retryAfterMs?: number;
      readonly cause?: unknown;
    },
  ) {
    const { end, atWork, code = 'UNAVAILABLE', ...options } = details;
    super(code, message, options);
    this.end = end;
    this.atWork = atWork;
  }

  /** The model as such is well: Retort ended its runner, and starts another at once. */
  get deliberate(): boolean {
    return this.end === 'TOO_LONG' || this.end === 'OUT_OF_MEMORY' || this.end === 'ABANDONED';
  }
}
