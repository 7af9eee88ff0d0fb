import type { AttachmentRecord, Metric, VersionRecord } from '../../catalog/index.js';
import { conformalQuantile } from '../../statistics/index.js';
import type { ReportFacts } from './report-facts.js';

const FIT = /train|fit/i;
const INNER = /cross|fold|\bcv\b|loo|leave/i;
const OUTER = /test|held|external|valid|unseen/i;

/** Metrics as sentences, by what they were measured on; those of a dataset that says nothing are told in the last. */
export function metricsOf({ metrics }: VersionRecord): {
  readonly fit: string | null;
  readonly inner: string | null;
  readonly outer: string | null;
  readonly others: string | null;
} {
  const groups = {
    fit: [] as Metric[],
    inner: [] as Metric[],
    outer: [] as Metric[],
    others: [] as Metric[],
  };
  for (const metric of metrics) {
    const dataset = metric.dataset ?? '';
    const group = INNER.test(dataset)
      ? groups.inner
      : OUTER.test(dataset)
        ? groups.outer
        : FIT.test(dataset)
          ? groups.fit
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

function sentences(metrics: readonly Metric[]): string | null {
  if (metrics.length === 0) return null;
  return metrics
    .map(({ name, value, unit, dataset }) => {
      const measured = `${name} = ${value}${unit === null || unit === '1' ? '' : ` ${unit}`}`;
      return dataset === null ? measured : `${measured} (${dataset})`;
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
