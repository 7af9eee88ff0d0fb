import type { Metric } from '../catalog/index.js';
import type { PublishedVersion } from './version-files.js';

const MAX_SUBJECT = 120;
const MAX_METRICS = 20;

/**
 * `esol@2: Trained on the extended set`, the rest of the notes, the metrics, and trailers that `git interpret-trailers`
 * and `git log --format='%(trailers)'` read. As fixed as the files: see `versionFiles`.
 */
export function commitMessage(published: PublishedVersion): string {
  const { ref, notes, metrics } = published.version;
  const text = notes.replace(/\r\n?/g, '\n').trim();
  const [first = '', ...more] = text.split('\n');
  const subject = oneLine(text === '' ? ref : `${ref}: ${first}`);
  // A first line that does not fit is a paragraph, and comes whole below.
  const body = subject.length > MAX_SUBJECT ? text : more.join('\n').trim();
  const parts = [shortened(subject), body, metricLines(metrics), trailers(published)];
  return `${parts.filter((part) => part !== '').join('\n\n')}\n`;
}

function metricLines(metrics: readonly Metric[]): string {
  if (metrics.length === 0) return '';
  const lines = metrics.slice(0, MAX_METRICS).map(({ name, value, unit, dataset }) => {
    const where = dataset === null ? '' : ` (${oneLine(dataset)})`;
    return `  ${oneLine(name)}${where}: ${value}${unit === null ? '' : ` ${oneLine(unit)}`}`;
  });
  const left = metrics.length - MAX_METRICS;
  return ['Metrics:', ...lines, ...(left > 0 ? [`  and ${left} more in metrics.json`] : [])].join('\n');
}

function trailers({ version, size, derivedFrom }: PublishedVersion): string {
  const { ref, artifactDigest, source } = version;
  const revision = source?.commit
    ? `${source.commit}${source.dirty === true ? ' (with local changes)' : ''}`
    : null;
  const lines: (readonly [string, string | null | undefined])[] = [
    ['Version', ref],
    ['Artifact', `${artifactDigest} (${size} bytes)`],
    ...derivedFrom.map((from) => ['Derived-From', `${from.ref} (${from.relation})`] as const),
    ['Source-Repository', source?.repository],
    ['Source-Commit', revision],
    ['Source-Path', source?.path],
    ['Source-URL', source?.url],
  ];
  return lines.flatMap(([key, value]) => (value ? [`${key}: ${oneLine(value)}`] : [])).join('\n');
}

function shortened(subject: string): string {
  if (subject.length <= MAX_SUBJECT) return subject;
  const cut = subject.slice(0, MAX_SUBJECT);
  const space = cut.lastIndexOf(' ');
  return `${cut.slice(0, space > 0 ? space : MAX_SUBJECT - 1)}…`;
}

function oneLine(text: string): string {
  return text.replace(/\s+/g, ' ').trim();
}
