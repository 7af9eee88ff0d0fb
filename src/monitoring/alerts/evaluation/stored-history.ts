import { Tally } from '../../metrics/index.js';
import type { DeploymentTally, SeriesRequest, TallySeries } from '../../metrics/index.js';
import { ownErrors } from './metric-windows.js';
import type { HistoryPart, MetricHistory } from './metric-history.js';

/** As much of the metrics as a replay needs. */
export interface SeriesSource {
  tallySeries(deployment: string, request: SeriesRequest): Promise<TallySeries>;
}

interface StoredPart extends HistoryPart {
  readonly total: Tally;
}

const MAX_PARTS = 30_000;

/**
 * What was measured of a deployment in `[since, until)`, as finely as it is still known. Milliseconds since 1970.
 *
 * @throws DomainError INVALID_ARGUMENT, UNAVAILABLE
 */
export async function storedHistory(
  metrics: SeriesSource,
  deployment: string,
  since: number,
  until: number,
): Promise<MetricHistory<StoredPart>> {
  const series = await metrics.tallySeries(deployment, {
    windowMs: until - since,
    maxPoints: MAX_PARTS,
    until: new Date(until),
  });
  const lengthMs = series.step * 1_000;
  return {
    parts: series.points.map((point, place) =>
      partOf(point, series.since * 1_000 + place * lengthMs, lengthMs),
    ),
    knownSince: series.since * 1_000,
    resolutionMs: lengthMs,
    latencies(parts) {
      const sum = new Tally();
      for (const { total } of parts) sum.merge(total);
      const sketch = sum.sketch('latency');
      return {
        quantile: (q) => sketch?.quantile(q) ?? null,
        shareWithin: (ms) => sketch?.shareWithin(ms) ?? null,
      };
    },
  };
}

function partOf(point: DeploymentTally, start: number, lengthMs: number): StoredPart {
  const total = point.total();
  const { requests, errors, cacheHits } = total;
  const { queueDepth = null, memoryBytes = null } = point.gauges ?? {};
  return {
    start,
    lengthMs,
    requests,
    errors,
    ownErrors: ownErrors(total),
    cacheHits,
    queueDepth,
    memoryBytes,
    total,
  };
}
