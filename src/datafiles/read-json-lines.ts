import type { TextLine } from './bytes/lines.js';
import { UNDECODABLE } from './bytes/utf8.js';
import type { FileRow } from './rows.js';

/** One JSON value a line: an object has columns, anything else stands for itself. Empty lines are none. */
export async function* readJsonLines(
  lines: AsyncIterable<readonly TextLine[]>,
): AsyncGenerator<readonly FileRow[], void, void> {
  for await (const some of lines) yield some.flatMap(readLine);
}

function readLine({ text, number: line }: TextLine): FileRow | [] {
  if (text.trim() === '') return [];
  if (text.includes(UNDECODABLE)) return { line, error: 'The line is not text in UTF-8.' };
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    return { line, error: `The line is not JSON: ${error instanceof Error ? error.message : 'unreadable'}.` };
  }
  return isObject(value) ? { line, row: value } : { line, row: {}, bare: value };
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
