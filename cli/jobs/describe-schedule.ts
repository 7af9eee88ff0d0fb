import type { ScheduleLineFragment } from '../__generated__/operations.js';
import { moment } from '../terminal/format.js';
import { facts, table } from '../terminal/layout.js';

export function scheduleTable(schedules: readonly ScheduleLineFragment[]): string {
  return table(
    ['SCHEDULE', 'WHAT', 'EVERY', 'NEXT', 'LAST', 'PROBLEM'],
    schedules.map((schedule) => [
      schedule.name,
      target(schedule),
      rhythm(schedule),
      next(schedule),
      last(schedule),
      schedule.problem ?? '',
    ]),
  );
}

export function describeSchedule(schedule: ScheduleLineFragment): string {
  const { name, problem, createdAt, createdBy, evaluation } = schedule;
  return facts([
    ['schedule', name],
    ['evaluates', target(schedule)],
    ['asked', JSON.stringify(evaluation)],
    ['every', rhythm(schedule)],
    ['next run', next(schedule)],
    ['last run', last(schedule)],
    ['problem', problem],
    ['made', `${moment(createdAt)} by ${createdBy}`],
  ]);
}

function target({ deploymentName, version }: ScheduleLineFragment): string {
  return deploymentName ?? version ?? '';
}

/** The time zone matters to a clock alone. */
function rhythm({ every, timeZone }: ScheduleLineFragment): string {
  return every.startsWith('P') ? every : `${every} (${timeZone})`;
}

function next({ enabled, nextRunAt }: ScheduleLineFragment): string {
  if (!enabled) return 'switched off';
  return nextRunAt === null ? '' : moment(nextRunAt);
}

function last({ lastRunAt, lastJob }: ScheduleLineFragment): string {
  if (lastRunAt === null) return 'never';
  return `${moment(lastRunAt)}${lastJob === null ? '' : ` ${lastJob.state}`}`;
}
