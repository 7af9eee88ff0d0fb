import type { TextLine } from './bytes/lines.js';
import { UNDECODABLE } from './bytes/utf8.js';
import type { FileRow } from './rows.js';

export const SMI_COLUMNS = ['smiles', 'name'] as const;

/**
 * SMILES, a blank, and the molecule's name; a first line `smiles name` is a header. What ChemAxon writes behind a SMILES between
 * bars stays with it, for it may change the molecule.
 */
export async function* readSmi(
  lines: AsyncIterable<readonly TextLine[]>,
): AsyncGenerator<readonly FileRow[], void, void> {
  let isFirst = true;
  for await (const some of lines) {
    const rows: FileRow[] = [];
    for (const { text, number: line } of some) {
      const [, smiles, extension, rest] = LINE.exec(text) ?? [];
      if (smiles === undefined) continue;
      const isHeader = isFirst && /^(?:canonical_)?smiles$/i.test(smiles);
      isFirst = false;
      if (isHeader) continue;
      if (text.includes(UNDECODABLE)) rows.push({ line, error: 'The line is not text in UTF-8.' });
      else
        rows.push({
          line,
          row: {
            smiles: extension === undefined ? smiles : `${smiles} ${extension}`,
            name: rest === undefined || rest === '' ? null : rest,
          },
        });
    }
    if (rows.length > 0) yield rows;
  }
}

const LINE = /^[ \t]*([^ \t]+)(?:[ \t]+(\|[^|]*\|))?(?:[ \t]+(.*?))?[ \t]*$/;
