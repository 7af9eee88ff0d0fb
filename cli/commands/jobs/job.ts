import { CancelJob, PauseJob, ResumeJob, type JobNowFragment } from '../../__generated__/operations.js';
import { accepted } from '../../api/api.js';
import { defineCommand, type Session } from '../../command.js';
import { EXIT } from '../../exit-codes.js';
import { wrongUsage } from '../../failure.js';
import { describeJob } from '../../jobs/describe.js';
import { exitOfJob, findJob, followJob } from '../../jobs/watch.js';

/** The same for every command that answers with a job. */
export const JOB_OUTPUT =
  '{job: {id, kind, state, title, actor, reason, attempts, createdAt, startedAt, finishedAt, error, result, resultUrl, ' +
  'progress: {done, total, failed, share, rate, secondsLeft}, log: [{at, message}]}}';

export const job = defineCommand({
  name: 'job',
  summary: 'Show a job, follow it to its end, hold it or end it',
  positionals: {
    id: {
      kind: 'text',
      required: true,
      describe: 'The id that starting it printed; retort jobs lists them',
      completes: 'nothing',
    },
  },
  options: {
    follow: { kind: 'flag', describe: 'Watch it until it is over or paused' },
    pause: { kind: 'flag', describe: 'Hold it; what it has reached is kept' },
    resume: { kind: 'flag', describe: 'Let it go on where it was' },
    cancel: { kind: 'flag', describe: 'End it for good' },
    reason: { kind: 'text', describe: 'Why, for those who read the events later' },
  },
  examples: [
    ['retort job "$id" --follow', 'Watch it to its end'],
    ['retort job "$id" --pause --reason "a demonstration"', 'Hold it'],
    ['retort job "$id" --resume --follow', 'Let it go on, and watch'],
    ['retort job "$id" --json | jq .job.result', 'What it found'],
  ],
  output: JOB_OUTPUT,
  notes:
    'With --follow it ends with 4 when the job failed or was cancelled, or found something wrong, such as damaged files. ' +
    'Ctrl-C ends the watching and not the job.',
  async run(values, session) {
    const begun = await control(values, session);
    const now = values.follow ? await followJob(session, begun) : begun;
    return { json: { job: now }, text: describeJob(now), exit: values.follow ? exitOfJob(now) : EXIT.DONE };
  },
});

interface Asked {
  readonly id: string;
  readonly pause: boolean;
  readonly resume: boolean;
  readonly cancel: boolean;
  readonly reason: string | undefined;
}

async function control(values: Asked, session: Session): Promise<JobNowFragment> {
  const { id, reason } = values;
  const given = (['pause', 'resume', 'cancel'] as const).filter((name) => values[name]);
  if (given.length > 1)
    throw wrongUsage(`Expected one of ${given.map((name) => `--${name}`).join(' and ')}.`);
  const { api } = session;
  const input = { id, reason };
  switch (given[0]) {
    case 'pause':
      return accepted((await api.ask(PauseJob, { input })).pauseJob, 'job');
    case 'resume':
      return accepted((await api.ask(ResumeJob, { input })).resumeJob, 'job');
    case 'cancel':
      return accepted((await api.ask(CancelJob, { input })).cancelJob, 'job');
    default:
      return findJob(session, id);
  }
}
