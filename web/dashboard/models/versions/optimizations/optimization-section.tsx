import { useState } from 'react';
import { useQuery } from 'urql';
import { JobOptimization, VersionOptimization } from '../../../__generated__/optimizations.js';
import { useLiveQuery } from '../../../api/live-query.js';
import { Button } from '../../../components/button.js';
import { QueryError } from '../../../components/query-error.js';
import { StartedJob } from '../../../jobs/files/started-job.js';
import { OptimizationView } from './optimization-view.js';
import { OptimizeDialog } from './optimize-dialog.js';

/** How a version was made smaller or faster, and the way to another one that is. */
export function OptimizationSection({ version }: { readonly version: string }) {
  const { data, error, refresh } = useLiveQuery(VersionOptimization, { ref: version });
  const [isAsked, setAsked] = useState(false);
  const [job, setJob] = useState<string | null>(null);
  const [isOver, setOver] = useState(false);
  const [found] = useQuery({
    query: JobOptimization,
    variables: { id: job ?? '' },
    pause: job === null || !isOver,
  });
  const own = data?.version?.optimization ?? null;
  const made = found.data?.job?.optimization ?? null;
  return (
    <section className="panel panel-body" aria-label="Optimization">
      <div className="row">
        <h3>Optimization</h3>
        <Button small onPress={() => setAsked(true)}>
          Make it smaller or faster…
        </Button>
      </div>
      {error && <QueryError error={error} onRetry={refresh} />}
      {job !== null && <StartedJob key={job} id={job} onOver={() => setOver(true)} />}
      {made !== null && <OptimizationView optimization={made} />}
      {made === null && own !== null && <OptimizationView optimization={own} />}
      {made === null && own === null && data && (
        <p className="muted">It was not made of another version by an optimization.</p>
      )}
      {isAsked && (
        <OptimizeDialog
          version={version}
          attachments={data?.version?.attachments ?? []}
          onClose={() => setAsked(false)}
          onStarted={(started) => {
            setOver(false);
            setJob(started);
            setAsked(false);
          }}
        />
      )}
    </section>
  );
}
