import { useState } from 'react';
import { useLiveQuery } from '../../api/live-query.js';
import { Button } from '../../components/button.js';
import { QueryError } from '../../components/query-error.js';
import { Skeleton } from '../../components/skeleton.js';
import { CompareLatency } from '../../__generated__/comparison.js';
import { formatMs, formatNumber } from '../../formats/numbers.js';
import type { Pair } from './pair.js';

/** How long single rows take: measured when it is asked for, since it takes the models' time. */
export function LatencySection({ base, target }: Pair) {
  const [isWanted, setWanted] = useState(false);
  const { data, error, isLoading, refresh } = useLiveQuery(
    CompareLatency,
    { base, target },
    { pause: !isWanted },
  );
  const latency = data?.compareVersions.latency;
  return (
    <section className="panel panel-body" aria-label="Latency">
      <h2>Latency</h2>
      {!isWanted && (
        <div className="row">
          <Button onPress={() => setWanted(true)}>Measure now</Button>
          <span className="muted">Runs both by turns, for a second or two, beside their requests.</span>
        </div>
      )}
      {error && <QueryError error={error} onRetry={refresh} />}
      {isLoading && <Skeleton />}
      {latency?.reason != null && <p>{latency.reason}</p>}
      {latency?.base && latency.target && (
        <p>
          Half of the runs took less than {formatMs(latency.base.medianMs)} →{' '}
          {formatMs(latency.target.medianMs)}
          {latency.ratio !== null && ` (× ${formatNumber(latency.ratio)})`}; {latency.base.runs} and{' '}
          {latency.target.runs} runs of single rows.
        </p>
      )}
    </section>
  );
}
