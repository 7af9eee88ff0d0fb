import type { JobLineFragment, JobNowFragment } from '../__generated__/operations.js';
import { inPercent, moment, number } from '../terminal/format.js';
import { facts, section, stack, table } from '../terminal/layout.js';

export function jobTable(jobs: readonly JobLineFragment[]): string {
  return table(
    ['JOB', 'STATE', 'PROGRESS', 'WHAT', 'ACTOR', 'ASKED FOR'],
    jobs.map((job) => [job.id, job.state, progressText(job), job.title, job.actor, moment(job.createdAt)]),
  );
}

/** What a job does, how far it has got, and what it found. */
export function describeJob(job: JobNowFragment): string {
  const { title, state, error, reason, actor, attempts, createdAt, startedAt, finishedAt, result, log } = job;
  return stack(
    `${title}: ${state}${error === null ? '' : `: ${error}`}`,
    facts([
      ['job', job.id],
      ['progress', progressText(job)],
      ['asked for', `${moment(createdAt)} by ${actor}`],
      ['reason', reason],
      ['began', startedAt === null ? '' : moment(startedAt)],
      ['was over', finishedAt === null ? '' : moment(finishedAt)],
      ['attempts', attempts > 1 ? String(attempts) : ''],
    ]),
    section('Found', resultText(result)),
    section('Log', log.map(({ at, message }) => `${moment(at)}  ${message}`).join('\n')),
  );
}

/** "12 of 40 (31 %), 2 failed, 35 s left". */
export function progressText({ progress }: Pick<JobLineFragment, 'progress'>): string {
  const { done, total, failed, share, secondsLeft } = progress;
  const count = total === null ? String(done) : `${done} of ${total}`;
  return [
    share === null ? count : `${count} (${inPercent(Math.floor(share * 100) / 100)})`,
    Number(failed) > 0 ? `${failed} failed` : '',
    secondsLeft === null ? '' : `${secondsText(secondsLeft)} left`,
  ]
    .filter(Boolean)
    .join(', ');
}

function secondsText(seconds: number): string {
  if (seconds < 90) return `${Math.ceil(seconds)} s`;
  return seconds < 5_400 ? `${Math.ceil(seconds / 60)} min` : `${number(Math.ceil(seconds / 360) / 10)} h`;
}

/** The plain values; lists and objects are for `--json`. */
function resultText(result: unknown): string {
  if (typeof result !== 'object' || result === null) return '';
  return facts(
    Object.entries(result).flatMap(([name, value]) =>
      typeof value === 'number' || typeof value === 'string' || typeof value === 'boolean'
        ? [[name, String(value)] as const]
        : [],
    ),
  );
}
