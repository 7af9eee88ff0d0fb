import stringWidth from 'string-width';

/** Columns as wide as their widest cell, two blanks apart. Empty columns are left out. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const used = head.map((_, column) => rows.some((row) => (row[column] ?? '') !== ''));
  const lines = [head, ...rows].map((row) => row.filter((_, column) => used[column]).map(oneLine));
  const widths = (lines[0] ?? []).map((_, column) =>
    Math.max(...lines.map((cells) => stringWidth(cells[column] ?? ''))),
  );
  return lines
    .map((cells) =>
      cells
        .map((cell, column) => cell + ' '.repeat((widths[column] ?? 0) - stringWidth(cell)))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

/** `name   value` lines; those without a value are left out. */
export function facts(pairs: readonly (readonly [name: string, value: string | null | undefined])[]): string {
  const known = pairs.filter((pair): pair is readonly [string, string] => Boolean(pair[1]));
  const width = Math.max(0, ...known.map(([name]) => stringWidth(name)));
  return known
    .map(([name, value]) => `${name}${' '.repeat(width - stringWidth(name))}  ${oneLine(value)}`)
    .join('\n');
}

export function section(title: string, body: string): string {
  return body === '' ? '' : `${title}\n${indent(body)}`;
}

/** Parts with a blank line between them; empty ones are left out. */
export function stack(...parts: readonly string[]): string {
  return parts.filter((part) => part !== '').join('\n\n');
}

/**
 * Text from the server without what a terminal would obey: a title must not be able to move the cursor or set the
 * clipboard.
 */
export function printable(text: string): string {
  // eslint-disable-next-line no-control-regex -- control characters are exactly what is removed
  return text.replace(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g, '');
}

function indent(text: string): string {
  return text.replace(/^(?=.)/gm, '  ');
}

function oneLine(cell: string): string {
  return cell.replace(/\s+/g, ' ').trim();
}
