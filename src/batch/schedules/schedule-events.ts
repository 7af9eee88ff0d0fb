import type { NewEvent } from '../../platform/events/index.js';
import type { Caller } from '../../security/index.js';
import type { EvaluationSchedule } from './evaluation-schedule.js';

export type ScheduleChange = 'CREATED' | 'UPDATED' | 'DELETED';

export function scheduleChanged(
  { actor, requestId }: Caller,
  change: ScheduleChange,
  { name, every }: EvaluationSchedule,
  reason: string | null,
): NewEvent {
  const when = change === 'DELETED' ? '' : ` (${every})`;
  return {
    kind: 'EVALUATION_SCHEDULE_CHANGED',
    message: `Evaluation schedule ${name}${when} was ${change.toLowerCase()}${reason === null ? '' : `: ${reason}`}`,
    actor,
    requestId: requestId === '' ? undefined : requestId,
    data: { schedule: name, change, reason },
  };
}

/** A run that was due could not begin. */
export function scheduleFailed({ name }: EvaluationSchedule, problem: string): NewEvent {
  return {
    kind: 'EVALUATION_SCHEDULE_FAILED',
    message: `Evaluation schedule ${name} could not run: ${problem}`.slice(0, MAX_MESSAGE),
    actor: 'system',
    data: { schedule: name, change: null, reason: problem },
  };
}

const MAX_MESSAGE = 1_000;
