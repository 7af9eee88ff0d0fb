import { useEffect } from 'react';
import { useSubscription } from 'urql';
import { JobProgress } from '../../__generated__/jobs.js';
import { isOpen, JobCard } from '../job-card.js';
import '../jobs.css';

interface StartedJobProps {
  readonly id: string;
  readonly onOver?: () => void;
}

/** A job that was started on this page, until it is over and beyond. */
export function StartedJob({ id, onOver }: StartedJobProps) {
  const [{ data }] = useSubscription({ query: JobProgress, variables: { id } });
  const job = data?.jobProgress;
  const over = job !== undefined && !isOpen(job.state);
  useEffect(() => {
    if (over) onOver?.();
    // Once: what is done then may be another function each time.
  }, [over]);
  return job === undefined ? <p className="muted">The job waits its turn.</p> : <JobCard job={job} />;
}
