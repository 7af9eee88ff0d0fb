import { ScrollTable } from '../../components/scroll-table.js';
import { formatNumber } from '../../formats/numbers.js';
import { metricSeries, metricTitle, type MeasuredVersion } from './metric-series.js';

/** Metrics by row, versions by column. */
export function MetricsTable({ versions }: { readonly versions: readonly MeasuredVersion[] }) {
  const series = metricSeries(versions);
  return (
    <ScrollTable isDense label="Metrics by version">
      <thead>
        <tr>
          <th scope="col">Metric</th>
          {versions.map(({ ref, number }) => (
            <th key={ref} scope="col" className="number">
              {number}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {series.map((metric) => (
          <tr key={metric.key}>
            <th scope="row">
              {metricTitle(metric)}
              {metric.dataset !== null && <div className="muted">{metric.dataset}</div>}
            </th>
            {versions.map(({ ref, number }) => {
              const value = metric.points.find((point) => point.number === number)?.value;
              return (
                <td key={ref} className="number">
                  {formatNumber(value)}
                </td>
              );
            })}
          </tr>
        ))}
      </tbody>
    </ScrollTable>
  );
}
