import { useState } from 'react';
import { DeploymentDrift, SetReference } from '../../__generated__/drift.js';
import type { DeploymentDetailsFragment, DeploymentDriftQuery } from '../../__generated__/operations.js';
import { useLiveQuery } from '../../api/live-query.js';
import { useEvery } from '../../api/use-every.js';
import { Badge } from '../../components/badge.js';
import { Button } from '../../components/button.js';
import { Choices } from '../../components/choices.js';
import { QueryError } from '../../components/query-error.js';
import { ReasonDialog } from '../../components/reason-dialog.js';
import { Skeleton } from '../../components/skeleton.js';
import { Time } from '../../components/time.js';
import { useUrlState } from '../../url-state.js';
import { DRIFT_VERDICTS, SOURCES } from './drift-words.js';
import { FeatureTable } from './feature-table.js';
import './drift.css';

const WINDOWS = [
  { value: 'PT15M', label: '15 min' },
  { value: 'PT1H', label: '1 h' },
  { value: 'PT6H', label: '6 h' },
  { value: 'P1D', label: '1 day' },
  { value: 'P7D', label: '7 days' },
  { value: 'P30D', label: '30 days' },
] as const;

const LOOK_MS = 15_000;

type Report = NonNullable<DeploymentDriftQuery['deployment']>['drift'][number];

/** Whether what is asked and answered is still distributed as it was when all was well. */
export default function DriftSection({ deployment }: { readonly deployment: DeploymentDetailsFragment }) {
  const { name } = deployment;
  const [window, setWindow] = useUrlState('drift-window', 'PT1H');
  const [isSetting, setSetting] = useState<string | null>(null);
  const { data, error, isLoading, refresh } = useLiveQuery(DeploymentDrift, { name, window });
  useEvery(LOOK_MS, true, refresh);
  return (
    <>
      <div>
        <Choices label="Window" options={WINDOWS} value={window} onChange={setWindow} />
      </div>
      {error !== undefined && <QueryError error={error} onRetry={refresh} />}
      {isLoading && <Skeleton lines={6} />}
      {data?.deployment?.drift.map((report) => (
        <DriftReport key={report.version?.ref ?? ''} report={report} onSetReference={setSetting} />
      ))}
      {isSetting !== null && (
        <ReasonDialog
          title={`Set the reference of ${isSetting}`}
          document={SetReference}
          variablesFor={(reason) => ({ input: { version: isSetting, fromExamples: true, reason } })}
          confirm="Use its examples"
          onClose={() => setSetting(null)}
          onDone={refresh}
        >
          <p>
            The version is asked the examples it was published with, and how that is distributed is kept: live
            requests are held against it. It takes the place of an earlier reference, and live values counted
            until then are forgotten. The training data make a better reference: setReferenceDistribution
            takes instances, a CSV file or recorded requests.
          </p>
        </ReasonDialog>
      )}
    </>
  );
}

interface DriftReportProps {
  readonly report: Report;
  readonly onSetReference: (version: string) => void;
}

function DriftReport({ report, onSetReference }: DriftReportProps) {
  const { version, verdict, reason, referenceSource, features, since, at, incompleteSince } = report;
  const ref = version?.ref ?? 'a deleted version';
  const [tone, icon, word] = DRIFT_VERDICTS[verdict];
  return (
    <section className="panel" aria-label={`Drift of ${ref}`}>
      <div className="panel-head">
        <h2 className="mono">{ref}</h2>
        <Badge tone={tone} icon={icon}>
          {word}
        </Badge>
        {version !== null && (
          <Button small onPress={() => onSetReference(version.ref)}>
            Set the reference…
          </Button>
        )}
      </div>
      <div className="panel-body">
        <p>{reason}</p>
        <p className="muted">
          From <Time at={since} form="clock" /> to <Time at={at} form="clock" />
          {referenceSource !== null && `, held against ${SOURCES[referenceSource]}`}
          {incompleteSince !== null && (
            <>
              ; ten seconds before <Time at={incompleteSince} form="clock" /> may be missing
            </>
          )}
          .
        </p>
      </div>
      {features.length > 0 && <FeatureTable version={ref} features={features} reason={reason} />}
    </section>
  );
}
