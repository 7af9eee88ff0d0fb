import type { MetricInput } from '../example.js';

/** A Markdown table of versions' metrics for a card, so that a card never says another number than the version. */
export function metricsTable(versions: Readonly<Record<string, readonly MetricInput[]>>): string {
  const metrics = Object.values(versions)[0] ?? [];
  const header = [
    '',
    ...metrics.map(({ name, unit }) => (unit === undefined || unit === '1' ? name : `${name}, ${unit}`)),
  ];
  const rows = Object.entries(versions).map(([version, values]) => [
    version,
    ...values.map(({ value }) => String(value)),
  ]);
  return [header, header.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}
