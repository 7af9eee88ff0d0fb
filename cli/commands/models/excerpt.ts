const LINES = 12;

/** The beginning of a long text, or all of it. */
export function excerpt(text: string, whole: boolean): string {
  const lines = text.trimEnd().split('\n');
  if (whole || lines.length <= LINES) return lines.join('\n');
  return [...lines.slice(0, LINES), `… ${lines.length - LINES} more lines; --card shows them.`].join('\n');
}
