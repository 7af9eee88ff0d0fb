import type { MetricInput } from '../example.js';

/**
 * A Markdown table of versions' metrics for a card, so that a card never says another number than the version: those that the
 * first of them has, which come first in all.
 */
export function metricsTable(versions: Readonly<Record<string, readonly MetricInput[]>>): string {
  const metrics = Object.values(versions)[0] ?? [];
  const header = [
    '',
    ...metrics.map(({ name, unit }) => (unit === undefined || unit === '1' ? name : `${name}, ${unit}`)),
  ];
  const rows = Object.entries(versions).map(([version, values]) => [
    version,
    ...values.slice(0, metrics.length).map(({ value }) => String(value)),
  ]);
  return [header, header.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}

/** What a version has beyond `shared` metrics: one line each. */
export function metricsList(metrics: readonly MetricInput[], shared: number): string {
  return metrics
    .slice(shared)
    .map(
      ({ name, value, unit, dataset }) =>
        `- ${dataset ?? ''}: ${name} ${value}${unit === undefined || unit === '1' ? '' : ` ${unit}`}`,
    )
    .join('\n');
}
