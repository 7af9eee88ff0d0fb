import { usePagedList } from '../../api/paged-list.js';
import { QueryError } from '../../components/query-error.js';
import { Skeleton } from '../../components/skeleton.js';
import { ModelMetrics } from '../../__generated__/model.js';
import type { TabProps } from '../model-page.js';
import { MetricPlot } from './metric-plot.js';
import { metricSeries, withEvaluations } from './metric-series.js';
import { MetricsTable } from './metrics-table.js';

/** What was measured of each version, by its publisher and on this server. */
export default function MetricsTab({ model: { name } }: TabProps) {
  const { nodes, data, error, isLoading, hasMore, refresh } = usePagedList(
    ModelMetrics,
    { name },
    ({ model }) => model?.versions,
    { all: true },
  );
  const versions = nodes.map(withEvaluations).filter(({ metrics }) => metrics.length > 0);
  return (
    <>
      {error && <QueryError error={error} onRetry={refresh} />}
      {isLoading && <Skeleton lines={5} />}
      {data?.model && versions.length === 0 && (
        <p className="empty">
          No version states a metric. A publisher gives them with publishVersion(metrics: …); “Evaluate” on a
          version’s page measures them.
        </p>
      )}
      {versions.length > 0 && (
        <>
          <p className="muted">As the publishers stated them and as they were measured here, best marked.</p>
          <div className="grid-3">
            {metricSeries(versions).map((series) => (
              <MetricPlot key={series.key} series={series} />
            ))}
          </div>
          <section className="panel" aria-label="All metrics">
            <MetricsTable versions={versions} />
          </section>
          {hasMore && <p className="muted">Of the newest {nodes.length} versions.</p>}
        </>
      )}
    </>
  );
}
