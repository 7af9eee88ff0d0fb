import { describeQuantity, type Pipeline } from '../../pipelines/index.js';
import type { DomainMeasure } from '../verdict.js';
import type { TrainingRange } from './fitted-domain.js';

interface Bounds {
  readonly name: string;
  readonly min?: number | undefined;
  readonly max?: number | undefined;
}

interface Outside extends Bounds {
  readonly value: number;
  readonly excess: number;
}

const SHOWN = 3;

/** Whether quantities lie within what the pipeline declares; null where it declares nothing. */
export function declaredMeasure(
  pipeline: Pipeline,
  quantities: Readonly<Record<string, number>>,
): DomainMeasure | null {
  const { domain } = pipeline;
  if (domain === undefined) return null;
  return measure('declared', declaredBounds(domain), quantities, { pipeline, source: domain.source });
}

/** Whether quantities lie within those of the training rows; null where there are none. */
export function rangesMeasure(
  pipeline: Pipeline,
  ranges: readonly TrainingRange[],
  quantities: Readonly<Record<string, number>>,
): DomainMeasure | null {
  return ranges.length === 0
    ? null
    : measure('ranges', ranges, quantities, { pipeline, source: 'the training rows' });
}

function measure(
  name: string,
  bounds: readonly Bounds[],
  quantities: Readonly<Record<string, number>>,
  { pipeline, source }: { readonly pipeline: Pipeline; readonly source: string },
): DomainMeasure {
  const outside: Outside[] = [];
  for (const range of bounds) {
    const value = quantities[range.name];
    const excess = value === undefined ? 0 : excessOf(value, range);
    if (value !== undefined && excess > 0) outside.push({ ...range, value, excess });
  }
  const [worst] = outside.sort((one, other) => other.excess - one.excess);
  if (worst === undefined)
    return {
      name,
      value: 0,
      limit: 0,
      inside: true,
      get message() {
        return `All ${bounds.length === 1 ? 'of its one quantity' : `${bounds.length} quantities`} within ${source}`;
      },
    };
  return {
    name,
    value: Number.isFinite(worst.excess) ? worst.excess : null,
    limit: 0,
    inside: false,
    get message() {
      return outsideText(outside, pipeline, source);
    },
  };
}

function outsideText(outside: readonly Outside[], pipeline: Pipeline, source: string): string {
  const parts = outside.slice(0, SHOWN).map(({ value, ...range }) => {
    const { unit } = describeQuantity(pipeline, range.name);
    const suffix = unit === null || unit === '1' ? '' : ` ${unit}`;
    return `${range.name} is ${rounded(value)}${suffix}, outside ${rangeText(range)}${suffix}`;
  });
  const more = outside.length > SHOWN ? ` and ${outside.length - SHOWN} more` : '';
  return `${parts.join('; ')}${more} (${source})`;
}

type DeclaredDomain = NonNullable<Pipeline['domain']>;
const bounded = new WeakMap<DeclaredDomain, readonly Bounds[]>();

/** Once for a pipeline, which is asked of every row. */
function declaredBounds(domain: DeclaredDomain): readonly Bounds[] {
  let bounds = bounded.get(domain);
  if (bounds === undefined) {
    bounds = Object.entries(domain.ranges).map(([name, range]) => ({ name, ...range }));
    bounded.set(domain, bounds);
  }
  return bounds;
}

/** How far beyond, in widths of the range; in units of the bound where it has no width. */
function excessOf(value: number, { min = -Infinity, max = Infinity }: Bounds): number {
  if (Number.isNaN(value)) return Infinity;
  const beyond = Math.max(min - value, value - max, 0);
  if (beyond === 0) return 0;
  const width = max - min;
  const scale = width > 0 && Number.isFinite(width) ? width : Math.abs(value > max ? max : min);
  // FP32 holds seven digits: less is rounding.
  const relative = beyond / (scale > 0 ? scale : 1);
  return relative > 1e-9 ? relative : 0;
}

function rangeText({ min, max }: Bounds): string {
  if (min === undefined) return `the domain up to ${rounded(max ?? NaN)}`;
  if (max === undefined) return `the domain from ${rounded(min)}`;
  return `${rounded(min)} to ${rounded(max)}`;
}

export function rounded(value: number): string {
  return String(Number(value.toPrecision(4)));
}
