import { useLiveQuery } from '../../api/live-query.js';
import { Badge } from '../../components/badge.js';
import { QueryError } from '../../components/query-error.js';
import { ScrollTable } from '../../components/scroll-table.js';
import { Skeleton } from '../../components/skeleton.js';
import { CompareDeclared } from '../../__generated__/comparison.js';
import type { Compatibility, CompareDeclaredQuery } from '../../__generated__/operations.js';
import { formatBytes, formatNumber, formatWhole, NOTHING } from '../../formats/numbers.js';
import { CompatibilityBadge } from './compatibility-badge.js';
import type { Pair } from './pair.js';

type Comparison = CompareDeclaredQuery['compareVersions'];

/** What the two versions say of themselves: signature, pipeline, metrics, size. */
export function DeclaredSections({ base, target }: Pair) {
  const { data, error, isLoading, refresh } = useLiveQuery(CompareDeclared, { base, target });
  const comparison = data?.compareVersions;
  return (
    <>
      {error && <QueryError error={error} onRetry={refresh} />}
      {isLoading && <Skeleton lines={5} />}
      {comparison && (
        <>
          <div className="grid-2">
            <Differences
              title="Signature"
              compatibility={comparison.signature.compatibility}
              none="Whoever sends tensors meets no difference."
              differences={comparison.signature.differences.map(({ side, tensor, severity, reason }) => ({
                where: `${side.toLowerCase()} ${tensor}`,
                severity,
                reason,
              }))}
            />
            <Differences
              title="Pipeline"
              compatibility={comparison.pipeline.compatibility}
              none="Whoever sends instances meets no difference."
              differences={comparison.pipeline.differences.slice(0, 30).map(({ path, severity, reason }) => ({
                where: path,
                severity,
                reason,
              }))}
              hidden={
                comparison.pipeline.differenceCount - Math.min(30, comparison.pipeline.differences.length)
              }
            />
          </div>
          <Metrics metrics={comparison.metrics} />
          <Size comparison={comparison} />
        </>
      )}
    </>
  );
}

interface DifferencesProps {
  readonly title: string;
  readonly compatibility: Compatibility;
  readonly none: string;
  readonly differences: readonly {
    readonly where: string;
    readonly severity: Compatibility;
    readonly reason: string;
  }[];
  readonly hidden?: number;
}

function Differences({ title, compatibility, none, differences, hidden = 0 }: DifferencesProps) {
  return (
    <section className="panel panel-body" aria-label={title}>
      <div className="row">
        <h2>{title}</h2>
        <CompatibilityBadge value={compatibility} />
      </div>
      {differences.length === 0 ? (
        <p className="muted">{none}</p>
      ) : (
        <ul className="stack">
          {differences.map(({ where, severity, reason }, index) => (
            <li key={`${where} ${index}`}>
              {where !== '' && <span className="mono">{where} </span>}
              {severity === 'BREAKING' && <CompatibilityBadge value={severity} />} {reason}
            </li>
          ))}
        </ul>
      )}
      {hidden > 0 && <p className="muted">and {hidden} more</p>}
    </section>
  );
}

const VERDICTS = {
  BETTER: ['good', 'checked', 'better'],
  WORSE: ['bad', 'warning', 'worse'],
  SAME: ['idle', 'check', 'same'],
  UNDECIDED: ['idle', 'clock', 'undecided'],
} as const;

function Metrics({ metrics }: { readonly metrics: Comparison['metrics'] }) {
  return (
    <section className="panel" aria-label="Metrics">
      <div className="panel-head">
        <h2>Metrics</h2>
      </div>
      {metrics.length === 0 ? (
        <p className="empty">Neither version states a metric.</p>
      ) : (
        <ScrollTable label="Metrics of both versions">
          <thead>
            <tr>
              <th scope="col">Metric</th>
              <th scope="col" className="number">
                Now
              </th>
              <th scope="col" className="number">
                Then
              </th>
              <th scope="col" className="number">
                Change
              </th>
              <th scope="col">Verdict</th>
            </tr>
          </thead>
          <tbody>
            {metrics.map(({ name, dataset, unit, base, target, change, changeInterval, verdict, note }) => (
              <tr key={`${name} ${dataset ?? ''}`}>
                <th scope="row">
                  {name}
                  {unit !== null && unit !== '1' && ` (${unit})`}
                  {dataset !== null && <div className="muted">{dataset}</div>}
                </th>
                <td className="number">{formatNumber(base)}</td>
                <td className="number">{formatNumber(target)}</td>
                <td className="number">
                  {change === null ? NOTHING : signed(change)}
                  {changeInterval && (
                    <div className="muted">
                      {signed(changeInterval.low)} to {signed(changeInterval.high)}
                    </div>
                  )}
                </td>
                <td>
                  {verdict === null ? (
                    <span className="muted">{note ?? NOTHING}</span>
                  ) : (
                    <Badge tone={VERDICTS[verdict][0]} icon={VERDICTS[verdict][1]}>
                      {VERDICTS[verdict][2]}
                    </Badge>
                  )}
                </td>
              </tr>
            ))}
          </tbody>
        </ScrollTable>
      )}
    </section>
  );
}

function Size({ comparison: { size, sameArtifact } }: { readonly comparison: Comparison }) {
  return (
    <section className="panel panel-body" aria-label="Size">
      <h2>Size</h2>
      {sameArtifact ? (
        <p>
          Both are the same file of {formatBytes(size.baseBytes)}: only what is declared around it can differ.
        </p>
      ) : (
        <p>
          {formatBytes(size.baseBytes)} → {formatBytes(size.targetBytes)}
          {size.bytesRatio !== null && ` (× ${formatNumber(size.bytesRatio)})`};{' '}
          {formatWhole(size.baseParameters)} → {formatWhole(size.targetParameters)} parameters
        </p>
      )}
    </section>
  );
}

function signed(value: number): string {
  return `${value > 0 ? '+' : ''}${formatNumber(value)}`;
}
