import { quantityUnit } from '../columns.js';
import type { Pipeline } from '../pipeline.js';
import type { WarningNote } from '../prediction.js';

/**
 * One warning for each bounded quantity of an instance that lies outside: the bounding box of the OECD's (Q)SAR
 * principle of a defined domain of applicability.
 */
export function domainWarnings(
  pipeline: Pipeline,
  quantities: Readonly<Record<string, number>>,
): WarningNote[] {
  const { domain } = pipeline;
  if (domain === undefined) return [];
  return Object.entries(domain.ranges).flatMap(([name, { min = -Infinity, max = Infinity }]) => {
    const value = quantities[name];
    if (value === undefined || (value >= min && value <= max)) return [];
    const unit = quantityUnit(pipeline.instance.kind, name);
    const suffix = unit === '1' ? '' : ` ${unit}`;
    return [
      {
        code: 'OUT_OF_DOMAIN',
        message: `${name} is ${round(value)}${suffix}, outside ${bounds(min, max)}${suffix} (${domain.source}); the answer is an extrapolation`,
      },
    ];
  });
}

function bounds(min: number, max: number): string {
  if (min === -Infinity) return `the domain up to ${max}`;
  if (max === Infinity) return `the domain from ${min}`;
  return `the domain ${min} to ${max}`;
}

function round(value: number): string {
  return String(Number(value.toPrecision(5)));
}
