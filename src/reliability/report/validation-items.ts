import type { AttachmentRecord, VersionRecord } from '../../catalog/index.js';
import { conformalQuantile } from '../../statistics/index.js';
import type { MeasuredMetric, ReportFacts } from './report-facts.js';

const FIT = /train|fit/i;
const INNER = /cross|fold|\bcv\b|loo|leave/i;
const OUTER = /test|held|external|valid|unseen/i;

/**
 * Metrics as sentences, by what they were measured on; those of a dataset that says nothing are told in the last, unless they were
 * measured here: on rows that somebody gave for that, so for the outer validation.
 */
export function metricsOf({ version, measured }: Pick<ReportFacts, 'version' | 'measured'>): {
  readonly fit: string | null;
  readonly inner: string | null;
  readonly outer: string | null;
  readonly others: string | null;
} {
  const groups = {
    fit: [] as Told[],
    inner: [] as Told[],
    outer: [] as Told[],
    others: [] as Told[],
  };
  const told: Told[] = [
    ...version.metrics.map((metric) => ({ ...metric, interval: null, isMeasured: false })),
    ...measured.map((metric) => ({ ...metric, isMeasured: true })),
  ];
  for (const metric of told) {
    const dataset = metric.dataset ?? '';
    const group = INNER.test(dataset)
      ? groups.inner
      : OUTER.test(dataset)
        ? groups.outer
        : FIT.test(dataset)
          ? groups.fit
          : metric.isMeasured
            ? groups.outer
            : groups.others;
    group.push(metric);
  }
  return {
    fit: sentences(groups.fit),
    inner: sentences(groups.inner),
    outer: sentences(groups.outer),
    others: sentences(groups.others),
  };
}

interface Told extends MeasuredMetric {
  /** Otherwise its publisher says so. */
  readonly isMeasured: boolean;
}

function sentences(metrics: readonly Told[]): string | null {
  if (metrics.length === 0) return null;
  return metrics
    .map(({ name, value, unit, dataset, interval, isMeasured }) => {
      const found = `${name} = ${value}${unit === null || unit === '1' ? '' : ` ${unit}`}`;
      const range = interval === null ? '' : `, 95 %: ${interval.low} to ${interval.high}`;
      const where = [dataset, isMeasured ? 'as evaluated' : null].filter((part) => part !== null);
      return where.length === 0 ? found : `${found}${range} (${where.join('; ')})`;
    })
    .join('\n');
}

/** What is known of the rows of a role. */
export function attached(version: VersionRecord, role: AttachmentRecord['role']): string | null {
  const files = version.attachments.filter((attachment) => attachment.role === role);
  if (files.length === 0) return null;
  return files
    .map(({ rows, format, digest, target, predicted }) =>
      [
        `${rows ?? 0} rows (${format ?? ''}), ${digest}`,
        ...(target === null ? [] : [`measured values in column "${target}"`]),
        ...(predicted === null ? [] : [`out-of-fold predictions in column "${predicted}"`]),
      ].join('; '),
    )
    .join('\n');
}

const LEVELS = [0.5, 0.8, 0.9, 0.95, 0.99];

/** How wide intervals are at some levels; null without calibration data, or before it was fitted. */
export function intervalsOf({ fit, version }: ReportFacts): string | null {
  const calibrations = fit?.calibrations ?? [];
  if (calibrations.length === 0) return null;
  return calibrations
    .map((calibration) => {
      if (calibration.kind === 'CLASSES') {
        const counts = [...calibration.scores].map(([name, { length }]) => `${name}: ${length}`).join(', ');
        return `Class-conditional conformal sets of ${calibration.result} from calibration rows by class (${counts}).`;
      }
      const { result, scores, difficulty } = calibration;
      const unit = version.pipeline?.result[result]?.unit ?? '1';
      const bounds = LEVELS.map((level) => {
        const half = conformalQuantile(scores, level);
        return `${level * 100} %: ${Number.isFinite(half) ? `±${Number(half.toPrecision(4))}` : 'none, too few rows'}`;
      });
      const scale =
        difficulty === null
          ? unit === '1'
            ? ''
            : ` ${unit}`
          : difficulty.by === 'NEAREST'
            ? ' times the distance to the nearest training rows over the usual one'
            : ` times ${difficulty.result}`;
      return `Split-conformal intervals of ${result} from ${scores.length} calibration rows: ${bounds.join('; ')}${scale}.`;
    })
    .join('\n');
}
