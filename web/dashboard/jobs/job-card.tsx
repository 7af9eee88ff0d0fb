import { useState } from 'react';
import { useSubscription } from 'urql';
import { JobProgress } from '../__generated__/jobs.js';
import type { JobRowFragment, JobState } from '../__generated__/operations.js';
import { Badge, type Tone } from '../components/badge.js';
import type { IconName } from '../components/icon.js';
import { Time } from '../components/time.js';
import { formatCount, formatNumber, formatShare } from '../formats/numbers.js';
import { formatSpan } from '../formats/times.js';
import { JobControls } from './job-controls.js';
import { JobResult } from './job-result.js';

const STATES: Readonly<Record<JobState, readonly [Tone, IconName, string]>> = {
  QUEUED: ['info', 'clock', 'Waits its turn'],
  RUNNING: ['info', 'busy', 'Running'],
  PAUSED: ['warn', 'pause', 'Paused'],
  SUCCEEDED: ['good', 'checked', 'Succeeded'],
  FAILED: ['bad', 'failed', 'Failed'],
  CANCELLED: ['idle', 'stopped', 'Cancelled'],
};

export function isOpen(state: JobState): boolean {
  return state === 'QUEUED' || state === 'RUNNING' || state === 'PAUSED';
}

/** A job, live while it is under way. */
export function JobCard({ job: listed }: { readonly job: JobRowFragment }) {
  const [{ data }] = useSubscription({
    query: JobProgress,
    variables: { id: listed.id },
    pause: !isOpen(listed.state),
  });
  // The list is newer once the job is over: the stream ends with that.
  const job = isOpen(listed.state) ? (data?.jobProgress ?? listed) : listed;
  const [tone, icon, word] = STATES[job.state];
  return (
    <article className="panel job" aria-label={job.title}>
      <div className="panel-head">
        <h2>{job.title}</h2>
        <Badge tone={tone} icon={icon}>
          {word}
        </Badge>
        {isOpen(job.state) && <JobControls job={job} />}
      </div>
      <div className="panel-body">
        <Progress job={job} />
        {job.error !== null && <p className="job-error">{job.error}</p>}
        <p className="muted">
          Started by {job.actor} <Time at={job.createdAt} />
          {job.reason !== null && <>: “{job.reason}”</>}
          {job.finishedAt !== null && (
            <>
              . Over <Time at={job.finishedAt} />
            </>
          )}
        </p>
        {job.state === 'SUCCEEDED' && <JobResult job={job} />}
        <JobLog log={job.log} />
      </div>
    </article>
  );
}

function Progress({ job: { progress, state, title } }: { readonly job: JobRowFragment }) {
  const { done, total, failed, share, rate, secondsLeft } = progress;
  const part = share ?? (total === null || Number(total) === 0 ? null : Number(done) / Number(total));
  return (
    <div className="job-progress">
      {(isOpen(state) || part !== null) && (
        <progress aria-label={`Progress of: ${title}`} max={1} {...(part !== null && { value: part })} />
      )}
      <span className="number">
        {formatCount(done)}
        {total !== null && ` of ${formatCount(total)}`} done
        {part !== null && `, ${formatShare(Math.floor(part * 100) / 100)}`}
        {Number(failed) > 0 && `, ${formatCount(failed)} went wrong`}
        {state === 'RUNNING' && rate !== null && `, ${formatNumber(rate)}/s`}
        {state === 'RUNNING' && secondsLeft !== null && `, ${formatSpan(secondsLeft * 1_000)} left`}
      </span>
    </div>
  );
}

function JobLog({ log }: { readonly log: JobRowFragment['log'] }) {
  const [isShown, setShown] = useState(false);
  if (log.length === 0) return null;
  return (
    <details open={isShown} onToggle={(event) => setShown(event.currentTarget.open)}>
      <summary>Log, {log.length} lines</summary>
      <ol className="job-log">
        {log.map(({ at, message }, index) => (
          <li key={`${at} ${index}`}>
            <Time at={at} form="clock" /> {message}
          </li>
        ))}
      </ol>
    </details>
  );
}
