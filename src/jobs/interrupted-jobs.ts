import type { EventLog } from '../platform/events/index.js';
import type { Logger } from '../platform/logging.js';
import { jobEvent, SYSTEM } from './job-events.js';
import type { JobStore } from './job-store.js';
import type { WakeUps } from './wake-ups.js';

/** Ends of the server without progress in between, after which a job is taken for their cause. */
const MAX_DEATHS = 5;
const GOES_ON = 'the server ended while it ran; it goes on where it was';

interface Parts {
  readonly store: JobStore;
  readonly wakeUps: WakeUps;
  readonly events: EventLog;
  readonly logger: Logger;
}

/**
 * Puts what an earlier process left behind back into the queue. The table of jobs says what is to be done: what wakes
 * them up is made anew from it.
 *
 * @throws DatabaseUnavailable
 */
export async function requeueInterrupted(parts: Parts): Promise<void> {
  const { events, store, wakeUps, logger } = parts;
  // In this order: a job that is asked for in between is woken up twice, and not never.
  await wakeUps.clear();
  const pending = await store.pending();
  if (pending.length === 0) return;
  for (const { deaths, ...job } of pending) {
    const isGivenUp = job.state === 'RUNNING' && deaths + 1 >= MAX_DEATHS;
    await events.transaction(async (tx) => {
      const from = { id: job.id, from: [job.state] };
      const change =
        job.state === 'QUEUED'
          ? null
          : isGivenUp
            ? await store.change(tx, from, 'FAILED', {
                finishedAt: new Date(),
                error: `The server ended ${MAX_DEATHS} times while this job ran, which got no further in between, so it is not tried again.`,
              })
            : await store.change(tx, from, 'QUEUED', { deaths: { increment: 1 } });
      if (!isGivenUp) await wakeUps.send(tx, job.id);
      return {
        result: undefined,
        // Of one that is given up, the error says why.
        events: change ? [jobEvent(change, 'RUNNING', SYSTEM, isGivenUp ? null : GOES_ON)] : [],
      };
    });
  }
  logger.info({ jobs: pending.length }, 'jobs go on where they were');
}

/**
 * Wakes up each job that waits for its turn and has nothing that would. The database may have been away when one was taken from the
 * queue, and still when it was to be put back: then it is neither in the queue nor begun.
 *
 * @param isAwaited whether a job runs here or is known to come again
 * @returns whether there were any
 * @throws DatabaseUnavailable
 */
export async function wakeForgotten(parts: Parts, isAwaited: (id: string) => boolean): Promise<boolean> {
  const { events, store, wakeUps, logger } = parts;
  const forgotten = (await store.pendingIds()).filter((id) => !isAwaited(id));
  if (forgotten.length === 0) return false;
  await events.transaction(async (tx) => {
    for (const id of forgotten) await wakeUps.send(tx, id);
    return { result: undefined, events: [] };
  });
  logger.warn({ jobs: forgotten.length }, 'jobs that nothing would have woken up are woken up');
  return true;
}
