import type { WindowFiguresFragment } from '../../__generated__/operations.js';
import { ScrollTable } from '../../components/scroll-table.js';
import { formatCount, formatMs, formatNumber, formatShare } from '../../formats/numbers.js';

/** The versions that answered in the window, side by side. */
export function VersionFigures({ versions }: { readonly versions: WindowFiguresFragment['versions'] }) {
  return (
    <section className="panel" aria-label="Versions">
      <div className="panel-head">
        <h3>By version</h3>
      </div>
      <ScrollTable label="By version">
        <thead>
          <tr>
            <th scope="col">Version</th>
            {['Requests', 'A second', 'Errors', 'p50', 'p95', 'p99'].map((name) => (
              <th key={name} scope="col" className="number">
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {versions.map(({ versionNumber, requests, requestRate, errors, latency }) => (
            <tr key={versionNumber}>
              <th scope="row">@{versionNumber}</th>
              <td className="number">{formatCount(requests)}</td>
              <td className="number">{formatNumber(requestRate)}</td>
              <td className="number">
                {formatCount(errors)} (
                {formatShare(Number(requests) === 0 ? null : Number(errors) / Number(requests))})
              </td>
              <td className="number">{formatMs(latency.p50)}</td>
              <td className="number">{formatMs(latency.p95)}</td>
              <td className="number">{formatMs(latency.p99)}</td>
            </tr>
          ))}
        </tbody>
      </ScrollTable>
    </section>
  );
}
