import { describeQuantity, type Pipeline } from '../../pipelines/index.js';
import type { FittedDomain } from '../domain/fitted-domain.js';
import type { ReportFacts } from './report-facts.js';

const SHOWN_RANGES = 50;

/** How the domain is defined; null where nothing defines one. */
export function domainMethod({ version: { pipeline, attachments }, fit }: ReportFacts): string | null {
  const parts: string[] = [];
  if (pipeline?.domain !== undefined)
    parts.push(
      `Declared ranges of ${Object.keys(pipeline.domain.ranges).join(', ')} (${pipeline.domain.source}).`,
    );
  if (fit?.domain) parts.push(...fitted(fit.domain));
  else if (attachments.some(({ role }) => role === 'TRAINING'))
    parts.push('Training data is attached; what it says is fitted when the version is first loaded.');
  return parts.length === 0 ? null : parts.join('\n');
}

function fitted({ count, ranges, columns, prints, coverage }: FittedDomain): string[] {
  const share = `${Number((coverage * 100).toPrecision(4))} %`;
  const parts = [`Fitted to ${count} training rows; an instance is inside when it is by every measure.`];
  if (ranges.length > 0) parts.push(`Ranges of ${ranges.length} quantities of the training rows.`);
  if (columns?.leverage)
    parts.push(
      `Leverage, with h* = 3p/n (p = ${columns.leverage.independent.length + 1} independent columns and the intercept, n = ${columns.leverage.count}).`,
    );
  if (columns)
    parts.push(
      `Mean distance to the ${columns.neighbours} nearest training rows over ${columns.scaling.columns.length} standardised columns, within what ${share} of the training rows keep to.`,
    );
  if (prints)
    parts.push(
      `Tanimoto similarity to the most similar training row by ${prints.source.kind === 'MORGAN' ? 'Morgan fingerprints (radius 2, 2048 bits)' : 'the bits that the model gets'}, at least what ${share} of the training rows reach.`,
    );
  return parts;
}

/** The numbers; null where there are none. */
export function domainLimits({ version: { pipeline }, fit }: ReportFacts): string | null {
  const lines: string[] = [];
  for (const [name, { min, max }] of Object.entries(pipeline?.domain?.ranges ?? {}))
    lines.push(rangeLine('declared', name, min, max, pipeline));
  const domain = fit?.domain ?? null;
  for (const { name, min, max } of domain?.ranges.slice(0, SHOWN_RANGES) ?? [])
    lines.push(rangeLine('training', name, min, max, pipeline));
  if (domain?.columns?.leverage) lines.push(`leverage at most ${rounded(domain.columns.leverage.limit)}`);
  if (domain?.columns) lines.push(`mean distance at most ${rounded(domain.columns.limit)}`);
  if (domain?.prints) lines.push(`Tanimoto similarity at least ${rounded(domain.prints.limit)}`);
  return lines.length === 0 ? null : lines.join('\n');
}

function rangeLine(
  kind: string,
  name: string,
  min: number | undefined,
  max: number | undefined,
  pipeline: Pipeline | null,
): string {
  const unit = pipeline === null ? null : describeQuantity(pipeline, name).unit;
  const bounds = [
    min === undefined ? null : `from ${rounded(min)}`,
    max === undefined ? null : `to ${rounded(max)}`,
  ];
  return `${kind}: ${name} ${bounds.filter((bound) => bound !== null).join(' ')}${unit === null || unit === '1' ? '' : ` ${unit}`}`;
}

function rounded(value: number): string {
  return String(Number(value.toPrecision(5)));
}
