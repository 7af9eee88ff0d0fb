import type { DeploymentDriftQuery } from '../../__generated__/operations.js';
import { Badge } from '../../components/badge.js';
import { ScrollTable } from '../../components/scroll-table.js';
import { formatCount, formatNumber } from '../../formats/numbers.js';
import { BinsPicture } from './bins-picture.js';
import { DRIFT_VERDICTS, MEASURES, ROLES, VERDICT_ORDER } from './drift-words.js';

export type Feature = NonNullable<DeploymentDriftQuery['deployment']>['drift'][number]['features'][number];

interface FeatureTableProps {
  readonly version: string;
  readonly features: readonly Feature[];
  /** The report's own; it is not said again. */
  readonly reason: string;
}

/** Every quantity that is watched, what has drifted first. */
export function FeatureTable({ version, features, reason }: FeatureTableProps) {
  const sorted = features.toSorted(
    (one, other) =>
      VERDICT_ORDER[one.verdict] - VERDICT_ORDER[other.verdict] || (one.name < other.name ? -1 : 1),
  );
  return (
    <ScrollTable label={`Quantities of ${version}`}>
      <thead>
        <tr>
          <th scope="col">Quantity</th>
          <th scope="col">Verdict</th>
          <th scope="col">Reference and live</th>
          <th scope="col">Measures</th>
          <th scope="col" className="number">
            Rows, reference and live
          </th>
        </tr>
      </thead>
      <tbody>
        {sorted.map((feature) => (
          <FeatureRow
            key={`${feature.operation} ${feature.role} ${feature.name}`}
            feature={feature}
            said={reason}
          />
        ))}
      </tbody>
    </ScrollTable>
  );
}

function FeatureRow({ feature, said }: { readonly feature: Feature; readonly said: string }) {
  const { name, role, operation, unit, verdict, reason, bins, statistics, referenceRows, liveRows } = feature;
  const [tone, icon, word] = DRIFT_VERDICTS[verdict];
  return (
    <tr>
      <th scope="row">
        <span className="mono">{name}</span>
        <div className="muted">
          {ROLES[role]}
          {unit !== null && unit !== '1' && `, ${unit}`}
          {operation === 'INFER' && ', tensors'}
        </div>
      </th>
      <td>
        <Badge tone={tone} icon={icon}>
          {word}
        </Badge>
        {reason !== null && reason !== said && <p className="muted drift-reason">{reason}</p>}
      </td>
      <td>
        <BinsPicture name={name} bins={bins} />
      </td>
      <td>
        <ul className="measures">
          {statistics.map((statistic) => (
            <li key={statistic.name} className={statistic.exceeded ? 'is-bad' : ''}>
              {MEASURES[statistic.name]} <b className="number">{formatNumber(statistic.value)}</b>
              {statistic.threshold !== null && (
                <span className="muted"> of {formatNumber(statistic.threshold)} allowed</span>
              )}
              {statistic.exceeded && ', exceeded'}
            </li>
          ))}
        </ul>
      </td>
      <td className="number">
        {formatCount(referenceRows)} / {formatCount(liveRows)}
      </td>
    </tr>
  );
}
