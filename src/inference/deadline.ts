import { callerDisconnected, type Departure } from '../platform/disconnection.js';
import { DomainError } from '../platform/errors.js';
import type { AbortSignalLike } from '../platform/until-aborted.js';

const DEFAULT_MS = 60_000;
const MAX_MS = 600_000;

export interface EndListener {
  /** Called once, when nobody waits for the answer any more. */
  ended(reason: Error): void;
}

/**
 * How long an answer is waited for. Made for every request, so it does as an AbortSignal without being one until one is
 * asked for: a real one costs more than a small model's run.
 */
export class Lifetime implements AbortSignalLike {
  /** When the time will be over, as `performance.now()`; Infinity when that is unknown. */
  endsAt = Infinity;
  private ended: Error | undefined;
  private listeners: Set<EndListener | (() => void)> | undefined;
  private controller: AbortController | undefined;

  get aborted(): boolean {
    return this.ended !== undefined;
  }

  /** Why nobody waits any more; undefined while somebody does. */
  get reason(): Error | undefined {
    return this.ended;
  }

  /** For work that takes no less. */
  get signal(): AbortSignal {
    this.controller ??= new AbortController();
    if (this.ended !== undefined) this.controller.abort(this.ended);
    return this.controller.signal;
  }

  /** Must be taken back when the listener no longer cares. Not called for an end that has come already. */
  listen(listener: EndListener | (() => void)): void {
    this.listeners ??= new Set();
    this.listeners.add(listener);
  }

  unlisten(listener: EndListener | (() => void)): void {
    this.listeners?.delete(listener);
  }

  addEventListener(_type: 'abort', listener: () => void): void {
    this.listen(listener);
  }

  removeEventListener(_type: 'abort', listener: () => void): void {
    this.unlisten(listener);
  }

  /**
   * `work`, or the reason of the end when that comes first. The work itself goes on.
   *
   * @param over called when the work itself has ended, one way or the other
   */
  race<T>(work: Promise<T>, over?: () => void): Promise<T> {
    return new Promise((resolve, reject) => {
      const listener: EndListener = { ended: reject };
      if (this.ended === undefined) this.listen(listener);
      else reject(this.ended);
      work.then(
        (value) => {
          this.unlisten(listener);
          over?.();
          resolve(value);
        },
        (error: unknown) => {
          this.unlisten(listener);
          over?.();
          reject(error);
        },
      );
    });
  }

  /** Only the first end counts. */
  finish(reason: Error): void {
    if (this.ended !== undefined) return;
    this.ended = reason;
    const listeners = this.listeners;
    this.listeners = undefined;
    for (const listener of listeners ?? []) {
      if (typeof listener === 'function') listener();
      else listener.ended(reason);
    }
    this.controller?.abort(reason);
  }
}

/** Ends when the caller's time is over or the caller is gone, whichever comes first. */
export class Deadline extends Lifetime {
  private readonly timer: NodeJS.Timeout;

  /**
   * @param deadlineMs 1 to 600,000; 60,000 when left out
   * @throws DomainError INVALID_ARGUMENT
   */
  constructor(
    deadlineMs: number | null | undefined,
    private readonly departure?: Departure,
  ) {
    super();
    const ms = deadlineMs ?? DEFAULT_MS;
    if (!Number.isInteger(ms) || ms < 1 || ms > MAX_MS) {
      throw new DomainError('INVALID_ARGUMENT', `Expected deadlineMs from 1 to ${MAX_MS}, got ${ms}.`, {
        field: ['deadlineMs'],
      });
    }
    this.endsAt = performance.now() + ms;
    this.timer = setTimeout(timeIsOver, ms, this, ms);
    if (departure?.aborted === true) this.onDeparture();
    else departure?.addEventListener('abort', this.onDeparture);
  }

  /** Must be called when the request is settled. */
  clear(): void {
    clearTimeout(this.timer);
    this.departure?.removeEventListener('abort', this.onDeparture);
  }

  private readonly onDeparture = (): void => {
    this.finish(callerDisconnected());
  };
}

function timeIsOver(deadline: Deadline, ms: number): void {
  deadline.finish(
    new DomainError(
      'DEADLINE_EXCEEDED',
      `No answer within ${ms} ms. Allow more with deadlineMs, or try again when the service is less busy.`,
    ),
  );
}
