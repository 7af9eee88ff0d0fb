import { useState } from 'react';
import { JobChanges, Jobs, StartArtifactVerification } from '../__generated__/jobs.js';
import type { JobState } from '../__generated__/operations.js';
import { useEventStream } from '../api/event-stream.js';
import { useGathered } from '../api/gathered.js';
import { usePagedList } from '../api/paged-list.js';
import { Button } from '../components/button.js';
import { Choices } from '../components/choices.js';
import { LoadMore } from '../components/load-more.js';
import { QueryError } from '../components/query-error.js';
import { ReasonDialog } from '../components/reason-dialog.js';
import { Skeleton } from '../components/skeleton.js';
import { PageHead } from '../shell/page.js';
import { useUrlState } from '../url-state.js';
import { ComparisonDialog } from './comparison-dialog.js';
import { FileJobDialog } from './files/file-job-dialog.js';
import { JobCard } from './job-card.js';
import { ScheduleList } from './schedules/schedule-list.js';
import './jobs.css';

const SHOWN = [
  { value: 'all', label: 'All' },
  { value: 'open', label: 'Under way' },
  { value: 'over', label: 'Over' },
] as const;

const STATES: Readonly<Record<string, readonly JobState[] | undefined>> = {
  open: ['QUEUED', 'RUNNING', 'PAUSED'],
  over: ['SUCCEEDED', 'FAILED', 'CANCELLED'],
};

/** Long work: how far it is, and what it found. */
export default function JobsPage() {
  const [shown, setShown] = useUrlState('show', 'all');
  const [asked, setAsked] = useState<'verify' | 'compare' | 'predict' | null>(null);
  const states = STATES[shown];
  const variables = { filter: states === undefined ? null : { states } };
  const list = usePagedList(Jobs, variables, (data) => data.jobs);
  const { error, isLoading, refresh } = list;
  const refreshSoon = useGathered(refresh);
  useEventStream({
    document: JobChanges,
    variables: { filter: { kinds: ['JOB_STATE_CHANGED'] } },
    cursorOf: ({ monitoringEvents }) => monitoringEvents.cursor,
    onEvent: refreshSoon,
  });
  return (
    <>
      <PageHead
        title="Jobs"
        lead="Long work. It goes on where it was when the server is started again."
        query={Jobs}
        variables={variables}
        actions={
          <>
            <Button primary onPress={() => setAsked('predict')}>
              Predict a file…
            </Button>
            <Button onPress={() => setAsked('compare')}>Compare versions…</Button>
            <Button onPress={() => setAsked('verify')}>Verify all artifacts…</Button>
          </>
        }
      />
      <ScheduleList onStarted={refresh} />
      <div>
        <Choices label="Which jobs" options={SHOWN} value={shown} onChange={setShown} />
      </div>
      {error !== undefined && <QueryError error={error} onRetry={refresh} />}
      {isLoading && <Skeleton lines={5} />}
      {list.data !== undefined && list.nodes.length === 0 && (
        <p className="panel empty">There are no such jobs.</p>
      )}
      <ul className="stack" aria-label="Jobs, newest first">
        {list.nodes.map((job) => (
          <li key={job.id}>
            <JobCard job={job} />
          </li>
        ))}
      </ul>
      {list.hasMore && (
        <LoadMore isLoading={list.isLoadingMore} onWanted={list.loadMore}>
          Older jobs
        </LoadMore>
      )}
      {asked === 'verify' && (
        <ReasonDialog
          title="Verify all artifacts?"
          document={StartArtifactVerification}
          variablesFor={(reason) => ({ input: { reason } })}
          confirm="Start"
          onClose={() => setAsked(null)}
          onDone={refresh}
        >
          <p>
            Every stored file is read and hashed again, behind all requests, and compared with its digest.
            Damaged ones are marked as such. Nothing is removed.
          </p>
        </ReasonDialog>
      )}
      {asked === 'predict' && (
        <FileJobDialog
          purpose="predict"
          onClose={() => setAsked(null)}
          onStarted={() => {
            setAsked(null);
            refresh();
          }}
        />
      )}
      {asked === 'compare' && <ComparisonDialog onClose={() => setAsked(null)} onDone={refresh} />}
    </>
  );
}
