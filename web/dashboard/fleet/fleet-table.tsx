import { memo } from 'react';
import { Link } from 'wouter';
import { Sparkline } from '../components/chart/sparkline.js';
import { ScrollTable } from '../components/scroll-table.js';
import { DeploymentStateBadge } from '../components/state-badge.js';
import { formatCount, formatMs, formatNumber, NOTHING } from '../formats/numbers.js';
import { deploymentPath } from '../paths.js';
import type { FleetEntry } from './attention.js';
import { Concerns } from './concerns.js';
import { DriftWord } from './drift-word.js';
import { Serves } from './serves.js';

const FIGURES = ['Requests/s', 'p50', 'p95', 'p99', 'Errors', 'Queue'] as const;

/** The fleet on a wide screen. */
export function FleetTable({ entries }: { readonly entries: readonly FleetEntry[] }) {
  return (
    <section className="panel fleet-table" aria-label="Deployments">
      <ScrollTable label="Deployments, what needs attention first">
        <thead>
          <tr>
            <th scope="col">Deployment</th>
            <th scope="col">State</th>
            <th scope="col">Serves</th>
            {FIGURES.map((name) => (
              <th key={name} scope="col" className="number">
                {name}
              </th>
            ))}
            <th scope="col">Drift</th>
            <th scope="col">15 minutes</th>
          </tr>
        </thead>
        <tbody>
          {entries.map((entry) => (
            <FleetRow key={entry.deployment.id} entry={entry} />
          ))}
        </tbody>
      </ScrollTable>
    </section>
  );
}

const FleetRow = memo(function FleetRow({ entry }: { readonly entry: FleetEntry }) {
  const { deployment, figures, series } = entry;
  const errors = Number(figures?.errors ?? 0);
  return (
    <tr>
      <th scope="row">
        <Link className="fleet-name" href={deploymentPath(deployment.name)}>
          {deployment.name}
        </Link>
        <div className="muted">{deployment.model.title}</div>
      </th>
      <td>
        <DeploymentStateBadge state={deployment.state} reason={deployment.stateReason} />
        <Concerns entry={entry} />
      </td>
      <td>
        <Serves deployment={deployment} />
      </td>
      <td className="number">{formatNumber(figures?.requestRate)}</td>
      <td className="number">{formatMs(figures?.latency.p50)}</td>
      <td className="number">{formatMs(figures?.latency.p95)}</td>
      <td className="number">{formatMs(figures?.latency.p99)}</td>
      <td className={`number ${errors > 0 ? 'is-bad' : ''}`}>{formatCount(figures?.errors)}</td>
      <td className="number">{formatCount(figures?.queueDepth)}</td>
      <td>
        <DriftWord drift={entry.drift} />
      </td>
      <td>
        <RateLine name={deployment.name} series={series} />
      </td>
    </tr>
  );
});

export function RateLine({ name, series }: { readonly name: string; readonly series: readonly number[] }) {
  if (series.length === 0) return <span className="muted">{NOTHING}</span>;
  const largest = Math.max(...series);
  return (
    <Sparkline
      values={series}
      label={`Requests a second to ${name}: at most ${formatNumber(largest)} in 15 minutes`}
    />
  );
}
