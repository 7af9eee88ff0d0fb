import type { WarningNote } from '../prediction.js';

/**
 * What is said of a bounded quantity of an instance that lies outside: the bounding box of the OECD's (Q)SAR principle of
 * a defined domain of applicability.
 */
export function domainWarning(
  { name, unit }: { readonly name: string; readonly unit: string | null },
  value: number,
  { min, max, source }: { readonly min: number; readonly max: number; readonly source: string },
): WarningNote {
  const suffix = unit === null || unit === '1' ? '' : ` ${unit}`;
  return {
    code: 'OUT_OF_DOMAIN',
    message: `${name} is ${round(value)}${suffix}, outside ${bounds(min, max)}${suffix} (${source}); the answer is an extrapolation`,
  };
}

function bounds(min: number, max: number): string {
  if (min === -Infinity) return `the domain up to ${max}`;
  if (max === Infinity) return `the domain from ${min}`;
  return `the domain ${min} to ${max}`;
}

function round(value: number): string {
  return String(Number(value.toPrecision(5)));
}
