/** A Markdown table; the first row is its head. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}

/** 0.123, 1.23, 12.3, 123: three digits, as the noise allows. */
export function digits(value: number): string {
  if (!Number.isFinite(value)) return 'n/a';
  if (value >= 100 || value === 0) return value.toFixed(0);
  return value.toPrecision(3);
}

export function ms(value: number): string {
  return `${digits(value)} ms`;
}

export function mb(value: number): string {
  return `${value.toFixed(0)} MB`;
}

/** A ratio with what it should be, and whether it is. */
export function judged(
  ratio: number,
  aim: { readonly atLeast: number } | { readonly atMost: number },
): string[] {
  const [text, met] =
    'atLeast' in aim ? [`≥ ${aim.atLeast}`, ratio >= aim.atLeast] : [`≤ ${aim.atMost}`, ratio <= aim.atMost];
  return [ratio.toFixed(2), text, met ? 'yes' : '**no**'];
}
