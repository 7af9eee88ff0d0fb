/** A value of a CIF, and on which line it stands. `.` and `?` stand for one that is left out or unknown. */
export interface CifValue {
  readonly text: string;
  readonly line: number;
  /** In quotes, or a text of several lines: never a word of the language. */
  readonly isQuoted: boolean;
}

export interface CifFault {
  readonly fault: string;
}

/** One data block: single items by name in small letters, and loops as tables of columns. */
export interface CifBlock {
  readonly name: string;
  readonly items: ReadonlyMap<string, string>;
  readonly loops: readonly CifLoop[];
}

export interface CifLoop {
  readonly names: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

/**
 * Reads the data blocks of a CIF (Hall, Allen and Brown, Acta Cryst. A 47, 655 (1991); version 1.1 of the syntax). What a
 * CIF of version 2 has beyond, lists and tables, is refused.
 */
export function readCifBlocks(text: string): readonly CifBlock[] | CifFault {
  const tokens = tokenize(text);
  if ('fault' in tokens) return tokens;
  const blocks: { name: string; items: Map<string, string>; loops: CifLoop[] }[] = [];
  const isWord = (token: CifValue | undefined) =>
    token !== undefined && !token.isQuoted && /^(?:_|data_|loop_$|save_|stop_$|global_$)/i.test(token.text);
  for (let at = 0; at < tokens.length;) {
    const token = tokens[at++];
    if (token === undefined) break;
    const { text: word, line } = token;
    const block = blocks.at(-1);
    if (!token.isQuoted && /^data_/i.test(word)) {
      blocks.push({ name: word.slice(5), items: new Map(), loops: [] });
    } else if (!isWord(token) || block === undefined) {
      return { fault: `line ${line}: ${JSON.stringify(word.slice(0, 30))} belongs to no item` };
    } else if (/^loop_$/i.test(word)) {
      const names: string[] = [];
      for (let next = tokens[at]; next?.text.startsWith('_') && !next.isQuoted; next = tokens[++at])
        names.push(next.text.toLowerCase());
      const values: string[] = [];
      for (let next = tokens[at]; next !== undefined && !isWord(next); next = tokens[++at])
        values.push(next.text);
      if (names.length === 0 || values.length % names.length !== 0)
        return { fault: `line ${line}: a loop of ${names.length} columns has ${values.length} values` };
      const rows = Array.from({ length: values.length / names.length }, (_, row) =>
        values.slice(row * names.length, (row + 1) * names.length),
      );
      block.loops.push({ names, rows });
    } else if (word.startsWith('_')) {
      const value = tokens[at++];
      if (value === undefined || isWord(value))
        return { fault: `line ${line}: ${word.slice(0, 60)} has no value` };
      block.items.set(word.toLowerCase(), value.text);
    } else return { fault: `line ${line}: ${JSON.stringify(word.slice(0, 30))} is not read here` };
  }
  return blocks;
}

/** Blanks, a comment, a text in quotes that ends where a blank or the end follows, a word. */
const BLANKS = /\s+/y;
const QUOTED = /'(?:[^']|'(?!\s|$))*'(?=\s|$)|"(?:[^"]|"(?!\s|$))*"(?=\s|$)/y;
const WORD = /\S+/y;

function tokenize(text: string): readonly CifValue[] | CifFault {
  const lines = text.split(/\r\n|\r|\n/);
  const tokens: CifValue[] = [];
  for (let index = 0; index < lines.length; index++) {
    let line = lines[index] ?? '';
    const start = index + 1;
    if (line.startsWith(';')) {
      const first = index;
      do index++;
      while (index < lines.length && !lines[index]?.startsWith(';'));
      if (index === lines.length) return { fault: `line ${start}: the text that begins with ";" never ends` };
      const content = [line.slice(1), ...lines.slice(first + 1, index)].join('\n');
      tokens.push({ text: content, line: start, isQuoted: true });
      line = ` ${lines[index]?.slice(1) ?? ''}`;
    }
    const fault = readLine(line, index + 1, tokens);
    if (fault !== undefined) return { fault };
  }
  return tokens;
}

/** @returns what is wrong with the line */
function readLine(line: string, number: number, tokens: CifValue[]): string | undefined {
  for (let at = matchAt(BLANKS, line, 0)?.length ?? 0; at < line.length;) {
    const first = line.charAt(at);
    if (first === '#') return undefined;
    if (first === '[' || first === '{') return `line ${number}: lists and tables of CIF 2 are not read here`;
    const isQuoted = first === "'" || first === '"';
    const token = matchAt(isQuoted ? QUOTED : WORD, line, at);
    if (token === undefined) return `line ${number}: a quote is never closed`;
    tokens.push({ text: isQuoted ? token.slice(1, -1) : token, line: number, isQuoted });
    at += token.length;
    at += matchAt(BLANKS, line, at)?.length ?? 0;
  }
  return undefined;
}

function matchAt(pattern: RegExp, text: string, at: number): string | undefined {
  pattern.lastIndex = at;
  return pattern.exec(text)?.[0];
}
