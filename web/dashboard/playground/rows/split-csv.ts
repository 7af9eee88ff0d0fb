/** A row of a table, and the line of the file on which it begins. */
export interface CsvRecord {
  readonly line: number;
  readonly cells: readonly string[];
}

/**
 * Splits comma or tab separated values (RFC 4180): fields in double quotes may hold the separator, quotes doubled, and
 * line ends. Lines without any character are left out.
 *
 * @throws Error naming the line, for a quote that is not closed or not at the edge of its field
 */
export function splitCsv(text: string, separator: ',' | '\t' | ';'): CsvRecord[] {
  const records: CsvRecord[] = [];
  let cells: string[] = [];
  let line = 1;
  let begun = 1;
  let at = text.startsWith('\ufeff') ? 1 : 0;
  const endRecord = () => {
    if (cells.length > 1 || cells[0] !== '') records.push({ line: begun, cells });
    cells = [];
  };
  while (at < text.length) {
    let cell = '';
    if (text[at] === '"') {
      const opened = line;
      for (at += 1; ; at += 1) {
        if (at >= text.length)
          throw new Error(`Line ${opened}: a field begins with a quote that is never closed.`);
        if (text[at] === '\n') line += 1;
        if (text[at] !== '"') cell += text[at] ?? '';
        else if (text[at + 1] === '"') cell += text[(at += 1)] ?? '';
        else break;
      }
      at += 1;
      if (at < text.length && text[at] !== separator && text[at] !== '\n' && text[at] !== '\r')
        throw new Error(`Line ${line}: expected a separator or the end of the line after a quoted field.`);
    } else {
      const end = at;
      while (at < text.length && text[at] !== separator && text[at] !== '\n' && text[at] !== '\r') at += 1;
      cell = text.slice(end, at);
    }
    cells.push(cell);
    if (text[at] === separator) {
      at += 1;
      if (at === text.length || text[at] === '\n' || text[at] === '\r') cells.push('');
      else continue;
    }
    if (text[at] === '\r') at += 1;
    if (text[at] === '\n') at += 1;
    endRecord();
    line += 1;
    begun = line;
  }
  return records;
}

/** Of the separators in use, the one that the first line has most of. */
export function separatorOf(text: string): ',' | '\t' | ';' {
  const [first = ''] = text.split(/[\r\n]/, 1);
  const count = (separator: string) => first.split(separator).length;
  return (['\t', ';'] as const).find((separator) => count(separator) > count(',')) ?? ',';
}
