import type { EventLog } from '../platform/events/index.js';
import type { Logger } from '../platform/logging.js';
import { jobEvent, SYSTEM } from './job-events.js';
import type { JobStore } from './job-store.js';
import type { WakeUps } from './wake-ups.js';

/** Ends of the server without progress in between, after which a job is taken for their cause. */
const MAX_DEATHS = 5;

/**
 * Puts what an earlier process left behind back into the queue. The table of jobs says what is to be done: what wakes
 * them up is made anew from it.
 *
 * @throws DatabaseUnavailable
 */
export async function requeueInterrupted(parts: {
  readonly store: JobStore;
  readonly wakeUps: WakeUps;
  readonly events: EventLog;
  readonly logger: Logger;
}): Promise<void> {
  const { events, store, wakeUps, logger } = parts;
  const pending = await store.pending();
  if (pending.length === 0) return;
  await wakeUps.clear();
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
        events: change
          ? [jobEvent(change, 'RUNNING', SYSTEM, 'the server ended while it ran; it goes on where it was')]
          : [],
      };
    });
  }
  logger.info({ jobs: pending.length }, 'jobs go on where they were');
}
