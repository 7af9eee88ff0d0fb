import { faultAt, rowOf, type Row } from './row.js';
import { linesOf, type TextSource } from './text-source.js';

/** One instance a line, as it stands. Empty lines are none. */
export async function* readText(source: TextSource): AsyncGenerator<Row> {
  for await (const { text, number } of linesOf(source)) {
    const line = trimmed(text);
    if (line !== '') yield rowOf(number, line);
  }
}

/** SMILES, a blank, and the molecule's name; a first line `smiles name` is a header. */
export async function* readSmi(source: TextSource): AsyncGenerator<Row> {
  let isFirst = true;
  for await (const { text, number } of linesOf(source)) {
    const [, smiles, rest] = /^[ \t]*([^ \t]+)[ \t]*(.*?)[ \t]*$/.exec(text) ?? [];
    if (smiles === undefined || rest === undefined) continue;
    const isHeader = isFirst && /^(?:canonical_)?smiles$/i.test(smiles);
    isFirst = false;
    if (isHeader) continue;
    const name = rest === '' ? null : rest;
    // ChemAxon's extension may say what changes the molecule: radicals, atoms of several kinds, a racemate.
    if (rest.startsWith('|'))
      yield faultAt(number, `What stands behind ${smiles} is CXSMILES, which is not read: expected a name.`, {
        columns: { cxsmiles: rest },
      });
    else yield rowOf(number, smiles, { name });
  }
}

/** One JSON value a line. */
export async function* readJsonLines(source: TextSource): AsyncGenerator<Row> {
  for await (const { text, number } of linesOf(source)) {
    const line = trimmed(text);
    if (line === '') continue;
    const value = parsed(line);
    if ('fault' in value) yield faultAt(number, `Line ${number} is not JSON: ${value.fault}.`);
    else yield rowOf(number, value.json);
  }
}

export function parsed(text: string): { readonly json: unknown } | { readonly fault: string } {
  try {
    return { json: JSON.parse(text) as unknown };
  } catch (error) {
    return { fault: error instanceof Error ? error.message : 'it cannot be read' };
  }
}

function trimmed(line: string): string {
  return line.replace(/^[ \t]+|[ \t]+$/g, '');
}
