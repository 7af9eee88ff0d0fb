import { useState } from 'react';
import { VersionEvaluations } from '../../../__generated__/model.js';
import { useLiveQuery } from '../../../api/live-query.js';
import { Button } from '../../../components/button.js';
import { SelectField } from '../../../components/fields.js';
import { QueryError } from '../../../components/query-error.js';
import { Skeleton } from '../../../components/skeleton.js';
import { FileJobDialog } from '../../../jobs/files/file-job-dialog.js';
import { StartedJob } from '../../../jobs/files/started-job.js';
import { formatDateTime } from '../../../formats/times.js';
import { EvaluationView } from './evaluation-view.js';

/** How well a version answered files of rows whose values are known, and the way to another one. */
export function EvaluationsSection({ version }: { readonly version: string }) {
  const { data, error, isLoading, refresh } = useLiveQuery(VersionEvaluations, { ref: version });
  const [asked, setAsked] = useState<'predict' | 'evaluate' | null>(null);
  const [job, setJob] = useState<string | null>(null);
  const [shown, setShown] = useState(0);
  const evaluations = data?.version?.evaluations ?? [];
  const evaluation = evaluations[shown] ?? evaluations[0];
  return (
    <section className="panel panel-body" aria-label="Evaluations">
      <div className="row">
        <h3>Evaluations</h3>
        <Button small onPress={() => setAsked('evaluate')}>
          Evaluate on a file…
        </Button>
        <Button small onPress={() => setAsked('predict')}>
          Predict a file…
        </Button>
      </div>
      {error && <QueryError error={error} onRetry={refresh} />}
      {isLoading && <Skeleton lines={3} />}
      {job !== null && (
        <StartedJob
          key={job}
          id={job}
          onOver={() => {
            setShown(0);
            refresh();
          }}
        />
      )}
      {data && evaluation === undefined && (
        <p className="muted">
          It has not been measured on this server yet. Metrics of its publisher are that person’s word.
        </p>
      )}
      {evaluations.length > 1 && (
        <SelectField
          label="Measured on"
          value={String(shown)}
          onChange={(index) => setShown(Number(index))}
          options={evaluations.map(({ dataset, result, createdAt }, index) => ({
            value: String(index),
            label: `${dataset}, ${result}, ${formatDateTime(new Date(createdAt))}`,
          }))}
        />
      )}
      {evaluation && <EvaluationView evaluation={evaluation} />}
      {asked !== null && (
        <FileJobDialog
          purpose={asked}
          version={version}
          onClose={() => setAsked(null)}
          onStarted={(started) => {
            setJob(started);
            setAsked(null);
          }}
        />
      )}
    </section>
  );
}
