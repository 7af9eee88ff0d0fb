import { formatDateTime } from '../../formats/times.js';
import { ScrollTable } from '../scroll-table.js';
import type { ChartProps } from './chart.js';

/** More than anybody reads one by one. */
const MAX_ROWS = 120;

/** The same numbers as the chart, newest first. */
export function ChartTable({
  title,
  times,
  series,
  format,
}: Pick<ChartProps, 'title' | 'times' | 'series' | 'format'>) {
  const rows = times
    .map((time, index) => ({ time, index }))
    .slice(-MAX_ROWS)
    .reverse();
  return (
    <div className="chart-table">
      <ScrollTable isDense label={`${title}, as a table`}>
        <thead>
          <tr>
            <th scope="col">Time</th>
            {series.map(({ label }) => (
              <th key={label} scope="col" className="number">
                {label}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map(({ time, index }) => (
            <tr key={time}>
              <th scope="row">{formatDateTime(new Date(time * 1_000))}</th>
              {series.map(({ label, values }) => (
                <td key={label} className="number">
                  {format(values[index] ?? null)}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </ScrollTable>
      {times.length > MAX_ROWS && (
        <p className="muted panel-body">
          The newest {MAX_ROWS} of {times.length} points; choose a shorter window for the others.
        </p>
      )}
    </div>
  );
}
