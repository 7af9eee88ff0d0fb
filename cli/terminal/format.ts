/** "8.4 kB", as file managers count: in thousands. */
export function bytes(count: number | string): string {
  let value = Number(count);
  for (const unit of ['B', 'kB', 'MB', 'GB'] as const) {
    if (value < 999.5) return unit === 'B' ? `${value} B` : `${value.toPrecision(3)} ${unit}`;
    value /= 1_000;
  }
  return `${value.toPrecision(3)} TB`;
}

/** "2026-03-01 12:00" in the reader's time zone. */
export function moment(time: string): string {
  const date = new Date(time);
  const two = (part: number) => String(part).padStart(2, '0');
  const day = [date.getFullYear(), two(date.getMonth() + 1), two(date.getDate())].join('-');
  return `${day} ${two(date.getHours())}:${two(date.getMinutes())}`;
}

/** As many digits as tell something: 0.000123457, 12.3457, 123457. */
export function number(value: number): string {
  return Number.isInteger(value) ? String(value) : String(Number(value.toPrecision(6)));
}

/** A share from 0 to 1 as "12.5 %". */
export function inPercent(share: number): string {
  return `${number(100 * share)} %`;
}

/** A change, with its sign. */
export function percent(share: number): string {
  return `${share > 0 ? '+' : ''}${number(Number((share * 100).toPrecision(3)))} %`;
}

/** A value as it is, with its unit unless that is "no dimension". */
export function withUnit(value: string, unit: string | null): string {
  return unit === null || unit === '1' ? value : `${value} ${unit}`;
}

export function plural(count: number, one: string, many = `${one}s`): string {
  return `${count} ${count === 1 ? one : many}`;
}

/** `[-1, 4]` as `[batch, 4]` where the graph names the dimension, and `[?, 4]` where it does not. */
export function shape(
  extents: readonly (number | string)[],
  dimensions: readonly (string | null)[] = [],
): string {
  return `[${extents.map((extent, index) => (Number(extent) === -1 ? (dimensions[index] ?? '?') : extent)).join(', ')}]`;
}

/** The first line of a text, shortened to fit a column. */
export function line(text: string, width: number): string {
  const [first = ''] = text.split('\n', 1);
  return first.length > width ? `${first.slice(0, width - 1)}…` : first;
}
