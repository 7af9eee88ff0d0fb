import type { ReactNode } from 'react';
import { Link } from 'wouter';
import { DeploymentStateBadge } from '../components/state-badge.js';
import { formatCount, formatMs, formatNumber } from '../formats/numbers.js';
import { deploymentPath } from '../paths.js';
import type { FleetEntry } from './attention.js';
import { Concerns } from './concerns.js';
import { RateLine } from './fleet-table.js';
import { DriftWord } from './drift-word.js';
import { Serves } from './serves.js';

/** The fleet on a narrow screen. */
export function FleetCards({ entries }: { readonly entries: readonly FleetEntry[] }) {
  return (
    <ul className="stack" aria-label="Deployments, what needs attention first">
      {entries.map((entry) => (
        <FleetCard key={entry.deployment.id} entry={entry} />
      ))}
    </ul>
  );
}

function FleetCard({ entry }: { readonly entry: FleetEntry }) {
  const { deployment, figures, series } = entry;
  return (
    <li className="panel fleet-card">
      <div className="row">
        <h2>
          <Link className="fleet-name" href={deploymentPath(deployment.name)}>
            {deployment.name}
          </Link>
        </h2>
        <DeploymentStateBadge state={deployment.state} reason={deployment.stateReason} />
        <RateLine name={deployment.name} series={series} />
      </div>
      <Concerns entry={entry} />
      <Serves deployment={deployment} />
      <dl className="card-figures">
        <CardFigure term="Requests/s">{formatNumber(figures?.requestRate)}</CardFigure>
        <CardFigure term="p50">{formatMs(figures?.latency.p50)}</CardFigure>
        <CardFigure term="p95">{formatMs(figures?.latency.p95)}</CardFigure>
        <CardFigure term="p99">{formatMs(figures?.latency.p99)}</CardFigure>
        <CardFigure term="Errors">{formatCount(figures?.errors)}</CardFigure>
        <CardFigure term="Queue">{formatCount(figures?.queueDepth)}</CardFigure>
        <CardFigure term="Drift">
          <DriftWord drift={entry.drift} />
        </CardFigure>
      </dl>
    </li>
  );
}

function CardFigure({ term, children }: { readonly term: string; readonly children: ReactNode }) {
  return (
    <div>
      <dt>{term}</dt>
      <dd className="number">{children}</dd>
    </div>
  );
}
