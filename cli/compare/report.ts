import { bytes, number, percent, withUnit } from '../terminal/format.js';
import { section, stack, table } from '../terminal/layout.js';
import type { Comparison } from './comparison.js';
import { graphReport } from './graph-report.js';
import { outputsReport } from './outputs-report.js';

/** The comparison as a page for people: what breaks first, then what differs, then how much. `labels` name the sample's rows. */
export function comparisonReport(comparison: Comparison, labels: readonly string[] = []): string {
  const { base, target, sameArtifact, signature, pipeline } = comparison;
  return stack(
    `${base.ref} → ${target.ref}: ${verdict(comparison)} for callers${sameArtifact ? ' (the same bytes)' : ''}`,
    section(
      `Signature: ${signature.compatibility}`,
      signature.differences
        .map(
          ({ severity, side, tensor, reason }) => `${severity}  ${side.toLowerCase()} ${tensor}: ${reason}`,
        )
        .join('\n'),
    ),
    section(
      `Pipeline: ${pipeline.compatibility}`,
      [
        ...pipeline.differences.map(
          ({ severity, path, reason }) => `${severity}  ${path === '' ? '' : `${path}: `}${reason}`,
        ),
        pipeline.differenceCount > pipeline.differences.length
          ? `… ${pipeline.differenceCount - pipeline.differences.length} more`
          : '',
      ]
        .filter(Boolean)
        .join('\n'),
    ),
    section('Metrics', metricTable(comparison.metrics)),
    section('Outputs', comparison.outputs ? outputsReport(comparison.outputs, labels) : ''),
    section('Graph', comparison.graph ? graphReport(comparison.graph) : ''),
    section('Size', sizeTable(comparison.size)),
    section('Latency of single rows', comparison.latency ? latencyReport(comparison.latency) : ''),
  );
}

function verdict({ signature, pipeline }: Comparison): string {
  const found = [signature.compatibility, pipeline.compatibility];
  return (
    found.find((each) => each === 'BREAKING') ?? found.find((each) => each === 'COMPATIBLE') ?? 'IDENTICAL'
  );
}

function metricTable(metrics: Comparison['metrics']): string {
  if (metrics.length === 0) return '';
  const value = (given: number | null, unit: string | null) =>
    given === null ? '–' : withUnit(number(given), unit);
  return table(
    ['METRIC', 'BASE', 'TARGET', 'CHANGE', 'VERDICT', 'DATASET', 'NOTE'],
    metrics.map(({ name, dataset, unit, base, target, change, relativeChange, verdict: judged, note }) => [
      name,
      value(base, unit),
      value(target, unit),
      change === null
        ? ''
        : `${change > 0 ? '+' : ''}${number(change)}${relativeChange === null ? '' : ` (${percent(relativeChange)})`}`,
      judged ?? '',
      dataset ?? '',
      note ?? '',
    ]),
  );
}

function sizeTable(size: Comparison['size']): string {
  const ratio = (given: number | null) => (given === null ? '' : `× ${number(given)}`);
  return table(
    ['', 'BASE', 'TARGET', 'RATIO'],
    [
      ['file', bytes(size.baseBytes), bytes(size.targetBytes), ratio(size.bytesRatio)],
      ['parameters', String(size.baseParameters), String(size.targetParameters), ratio(size.parametersRatio)],
    ],
  );
}

function latencyReport({
  base,
  target,
  ratio,
  reason,
  rows,
  sample,
}: NonNullable<Comparison['latency']>): string {
  if (base === null || target === null) return reason ?? 'not measured';
  const row = (name: string, times: NonNullable<typeof base>) => [
    name,
    `${number(times.medianMs)} ms`,
    `${number(times.p25Ms)} to ${number(times.p75Ms)} ms`,
    String(times.runs),
    `${times.threads} × ${times.isolation.toLowerCase()}`,
  ];
  return stack(
    table(['', 'MEDIAN', 'MIDDLE HALF', 'RUNS', 'THREADS'], [row('base', base), row('target', target)]),
    [
      ratio === null ? '' : `The target takes ${number(ratio)} times as long`,
      `${rows} rows: ${sample.description}`,
    ]
      .filter(Boolean)
      .join('; '),
  );
}
