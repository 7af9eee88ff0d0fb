import type { NewEvent } from '../platform/events/index.js';
import type { JobRecord, JobState } from './job.js';

const MAX_MESSAGE = 500;

/** Who did it, and in which request; the server itself in none. */
export interface Doer {
  readonly actor: string;
  readonly requestId?: string | undefined;
}

export const SYSTEM: Doer = { actor: 'system' };

const SAYS: Readonly<Record<JobState, string>> = {
  QUEUED: 'waits for its turn',
  RUNNING: 'runs',
  PAUSED: 'is paused',
  SUCCEEDED: 'is done',
  FAILED: 'failed',
  CANCELLED: 'is cancelled',
};

/** @param from null for a job that is new */
export function jobEvent(
  job: JobRecord,
  from: JobState | null,
  { actor, requestId }: Doer,
  reason: string | null,
): NewEvent {
  const why = job.state === 'FAILED' ? job.error : reason;
  return {
    kind: 'JOB_STATE_CHANGED',
    message: `${job.title}: the job ${SAYS[job.state]}${why === null ? '' : ` (${why})`}`.slice(
      0,
      MAX_MESSAGE,
    ),
    actor,
    requestId,
    data: {
      job: job.id,
      jobKind: job.kind,
      title: job.title,
      fromState: from,
      toState: job.state,
      error: job.error,
      reason,
    },
  };
}
