/** A predicted value as text: to read, and with all its digits. */
export function resultValue(value: unknown): { readonly text: string; readonly exact: string } {
  if (typeof value === 'number') return { text: readable(value), exact: String(value) };
  if (typeof value === 'string') return { text: value, exact: value };
  if (Array.isArray(value) && value.every((item) => typeof item === 'number')) {
    const shown = value.slice(0, 12).map(readable);
    return {
      text: `[${[...shown, ...(value.length > shown.length ? ['…'] : [])].join(', ')}]`,
      exact: JSON.stringify(value),
    };
  }
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
    const parts = Object.entries(value).map(([name, part]) => `${name}: ${resultValue(part).text}`);
    return { text: parts.join(', '), exact: JSON.stringify(value) };
  }
  const exact = JSON.stringify(value);
  return { text: exact, exact };
}

/** Five digits: more than any of these models knows. */
function readable(value: number): string {
  const size = Math.abs(value);
  return Number.isInteger(value) && size < 1e9
    ? String(value)
    : size !== 0 && (size < 1e-4 || size >= 1e7)
      ? value.toExponential(4)
      : String(Number(value.toPrecision(5)));
}
