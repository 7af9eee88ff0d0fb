const LINE = 88;

/**
 * JSON that people read and Git compares line by line: the same value is the same text for ever, whatever the order of
 * its keys was, and a list of plain values stays on one line while it fits.
 */
export function readableJson(value: unknown): string {
  return `${written(value, '')}\n`;
}

function written(value: unknown, indent: string): string {
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const inner = `${indent}  `;
  if (Array.isArray(value)) {
    const items = value.map((item: unknown) => written(item, inner));
    const line = `[${items.join(', ')}]`;
    const isFlat = value.every((item) => typeof item !== 'object' || item === null);
    return isFlat && indent.length + line.length <= LINE ? line : block('[', items, ']', indent);
  }
  const members = Object.entries(value)
    .filter(([, member]) => member !== undefined)
    .sort(([a], [b]) => byKey(a, b))
    .map(([key, member]) => `${JSON.stringify(key)}: ${written(member, inner)}`);
  return block('{', members, '}', indent);
}

function block(open: string, items: readonly string[], close: string, indent: string): string {
  if (items.length === 0) return open + close;
  return `${open}\n${items.map((item) => `${indent}  ${item}`).join(',\n')}\n${indent}${close}`;
}

/** By their characters, but the name of a thing before what is said of it. */
function byKey(a: string, b: string): number {
  if (a === 'name') return -1;
  if (b === 'name') return 1;
  return a < b ? -1 : 1;
}
