const whole = new Intl.NumberFormat('en', { maximumFractionDigits: 0 });
const precise = new Intl.NumberFormat('en', { maximumSignificantDigits: 3 });
const compact = new Intl.NumberFormat('en', { notation: 'compact', maximumSignificantDigits: 3 });
const percent = new Intl.NumberFormat('en', { style: 'percent', maximumSignificantDigits: 3 });

/** Stands where there is no number. */
export const NOTHING = '–';

/** A large number as it comes from the API: a JSON number, or a string beyond 2^53. */
export type Large = number | string;

export function formatCount(count: Large | null | undefined): string {
  if (count === null || count === undefined) return NOTHING;
  const number = Number(count);
  return Math.abs(number) < 100_000 ? whole.format(number) : compact.format(number);
}

/** With all its digits. */
export function formatWhole(count: Large): string {
  return typeof count === 'string' ? whole.format(BigInt(count)) : whole.format(count);
}

/** Something measured, to three digits. */
export function formatNumber(value: number | null | undefined): string {
  if (value === null || value === undefined || Number.isNaN(value)) return NOTHING;
  const size = Math.abs(value);
  if (size >= 100_000) return compact.format(value);
  if (size >= 1_000) return whole.format(value);
  if (size > 0 && size < 0.001) return value.toExponential(1);
  return precise.format(value);
}

export function formatShare(share: number | null | undefined): string {
  return share === null || share === undefined ? NOTHING : percent.format(share);
}

/** Milliseconds in the unit that reads best. */
export function formatMs(ms: number | null | undefined): string {
  if (ms === null || ms === undefined) return NOTHING;
  if (ms >= 60_000) return `${formatNumber(ms / 60_000)} min`;
  if (ms >= 1_000) return `${formatNumber(ms / 1_000)} s`;
  if (ms > 0 && ms < 0.1) return `${formatNumber(ms * 1_000)} µs`;
  return `${formatNumber(ms)} ms`;
}

const UNITS = ['B', 'kB', 'MB', 'GB', 'TB', 'PB'];

export function formatBytes(bytes: Large | null | undefined): string {
  if (bytes === null || bytes === undefined) return NOTHING;
  let size = Number(bytes);
  let unit = 0;
  while (size >= 1_000 && unit < UNITS.length - 1) {
    size /= 1_000;
    unit += 1;
  }
  return `${precise.format(size)} ${UNITS[unit] ?? ''}`;
}
