import { DomainError } from '../platform/errors.js';
import { untilAborted } from '../platform/until-aborted.js';

const DEFAULT_MS = 60_000;
const MAX_MS = 600_000;

/** Ends when the caller's time is over or the caller is gone, whichever comes first. */
export interface Deadline {
  readonly signal: AbortSignal;
  /** `work`, or the reason why nobody waits for it any more. The work itself cannot be cancelled and goes on. */
  race<T>(work: Promise<T>): Promise<T>;
  clear(): void;
}

/**
 * @param deadlineMs 1 to 600,000; 60,000 when left out.
 * @throws DomainError INVALID_ARGUMENT.
 */
export function startDeadline(deadlineMs: number | null | undefined, disconnected?: AbortSignal): Deadline {
  const ms = deadlineMs ?? DEFAULT_MS;
  if (!Number.isInteger(ms) || ms < 1 || ms > MAX_MS) {
    throw new DomainError('INVALID_ARGUMENT', `Expected deadlineMs from 1 to ${MAX_MS}, got ${ms}.`, {
      field: ['deadlineMs'],
    });
  }
  const controller = new AbortController();
  const timer = setTimeout(() => {
    controller.abort(
      new DomainError(
        'DEADLINE_EXCEEDED',
        `No answer within ${ms} ms. Allow more with deadlineMs, or try again when the service is less busy.`,
      ),
    );
  }, ms);
  const onDisconnect = () =>
    controller.abort(new DomainError('DEADLINE_EXCEEDED', 'The caller disconnected.'));
  if (disconnected?.aborted) onDisconnect();
  disconnected?.addEventListener('abort', onDisconnect, { once: true });

  const { signal } = controller;
  return {
    signal,
    race: (work) => untilAborted(work, signal),
    clear() {
      clearTimeout(timer);
      disconnected?.removeEventListener('abort', onDisconnect);
    },
  };
}
