import { DeleteSchedule, RunSchedule, UpdateSchedule } from '../../__generated__/operations.js';
import { accepted } from '../../api/api.js';
import { defineCommand } from '../../command.js';
import { wrongUsage } from '../../failure.js';
import { describeJob } from '../../jobs/describe.js';
import { describeSchedule } from '../../jobs/describe-schedule.js';
import { exitOfJob, followJob } from '../../jobs/watch.js';

export const schedule = defineCommand({
  name: 'schedule',
  summary: 'Run, change, switch off or remove an evaluation that is made again and again',
  positionals: {
    name: {
      kind: 'text',
      required: true,
      describe: 'The schedule; retort schedules lists them',
      completes: 'nothing',
    },
  },
  options: {
    run: { kind: 'flag', describe: 'Begin a run now and watch it' },
    every: {
      kind: 'text',
      describe: 'Another rhythm: a cron expression of five fields, or a duration such as P1D',
      completes: 'nothing',
    },
    'time-zone': {
      kind: 'text',
      describe: 'Of a cron expression, such as Europe/Berlin',
      completes: 'nothing',
    },
    enable: { kind: 'flag', describe: 'Switch it on' },
    disable: { kind: 'flag', describe: 'Switch it off' },
    delete: { kind: 'flag', describe: 'Remove it; what it found stays' },
    reason: { kind: 'text', describe: 'Why, for those who read the events later' },
  },
  examples: [
    ['retort schedule nightly --run', 'Do not wait for the night'],
    ['retort schedule nightly --every "0 6 * * MON"', 'Weekly from now on'],
    ['retort schedule nightly --delete --reason "the test split is old"', 'No more'],
  ],
  output:
    '{schedule: {name, every, timeZone, enabled, nextRunAt, lastRunAt, problem, …}}, or {job} with --run',
  async run({ name, run, every, timeZone, enable, disable, delete: remove, reason }, session) {
    const { api } = session;
    const changes = every !== undefined || timeZone !== undefined || enable || disable;
    if ([run, remove, changes].filter(Boolean).length !== 1 || (enable && disable))
      throw wrongUsage(
        'Expected one of --run, --delete, and changes (--every, --time-zone, --enable or --disable).',
      );
    const named = { schedule: name, reason };
    if (run) {
      const { runEvaluationSchedule } = await api.ask(RunSchedule, { input: named });
      const job = await followJob(session, accepted(runEvaluationSchedule, 'job'));
      return { json: { job }, text: describeJob(job), exit: exitOfJob(job) };
    }
    if (remove) {
      const { deleteEvaluationSchedule } = await api.ask(DeleteSchedule, { input: named });
      const gone = accepted(deleteEvaluationSchedule, 'schedule');
      return { json: { schedule: gone }, text: `${gone.name} was removed. What it found stays.` };
    }
    const enabled = enable ? true : disable ? false : undefined;
    const { updateEvaluationSchedule } = await api.ask(UpdateSchedule, {
      input: { ...named, every, timeZone, enabled },
    });
    const changed = accepted(updateEvaluationSchedule, 'schedule');
    return { json: { schedule: changed }, text: describeSchedule(changed) };
  },
});
