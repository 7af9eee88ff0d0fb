import { StringDecoder } from 'node:string_decoder';

/** A quotation mark that is never closed would make one row of all that follows. */
export const MAX_ROW_CHARACTERS = 1024 ** 2;

/** A row as it was cut into cells, or why it could not be. */
export type Cut =
  | { readonly line: number; readonly cells: readonly string[] }
  | { readonly line: number; readonly fault: string };

const NOT_CLOSED = 'A quotation mark is opened and never closed.';
const MISPLACED =
  'A quotation mark stands where it cannot: expected it around a whole cell, and doubled inside of one.';

/**
 * Cuts text into rows of cells (RFC 4180): quotation marks around a cell keep delimiters and line ends in it, a doubled one
 * is one. A mark inside a cell that does not begin with one stands for itself. What is wrong with a row costs that row alone: the
 * text goes on with the next line, which a parser that keeps its state cannot do. Empty lines are no rows.
 *
 * Between tabs, where programs write without quotation marks, a cell in them ends with its line.
 */
export class TableParser {
  private readonly decoder = new StringDecoder('utf8');
  private text = '';
  /** The line that begins at the start of `text`. */
  private line = 1;

  constructor(private readonly delimiter: string) {}

  /** The rows that end in this piece. */
  cut(piece: Buffer): Cut[] {
    this.text += this.decoder.write(piece);
    return this.rows(false);
  }

  /** What is left at the end. */
  end(): Cut[] {
    this.text += this.decoder.end();
    return this.rows(true);
  }

  private rows(isEnd: boolean): Cut[] {
    const { text } = this;
    const cuts: Cut[] = [];
    const ends = new LineEnds(text, isEnd);
    let at = 0;
    while (at < text.length) {
      const end = ends.after(at);
      if (end === null) break;
      const { line } = this;
      const content = text.slice(at, end.at);
      if (!content.includes('"')) {
        if (content !== '') cuts.push({ line, cells: content.split(this.delimiter) });
        this.line++;
        at = end.next;
        continue;
      }
      const row = this.quotedRow(at, end, ends, isEnd);
      if (row === null) break;
      cuts.push(row.cut);
      at = row.next;
    }
    this.text = text.slice(at);
    return cuts;
  }

  /** A row with quotation marks in it; null when more must come before it ends. */
  private quotedRow(
    start: number,
    firstEnd: LineEnd,
    ends: LineEnds,
    isEnd: boolean,
  ): { readonly cut: Cut; readonly next: number } | null {
    const { text, delimiter, line } = this;
    const isTabbed = delimiter === '\t';
    const cells: string[] = [];
    let end = firstEnd;
    let lines = 1;
    let at = start;
    // What follows is read anew from the next line: the mark may have been a slip of this one alone.
    const fault = (why: string) => {
      ends.rewind();
      this.line++;
      return { cut: { line, fault: why }, next: firstEnd.next };
    };
    for (;;) {
      const from = isTabbed ? at : skipBlanks(text, at, end.at);
      const closed = text[from] === '"' ? closingQuote(text, from + 1) : null;
      if (text[from] !== '"' || (isTabbed && !endsCell(text, closed, end.at, delimiter))) {
        const found = text.indexOf(delimiter, at);
        const until = found === -1 || found > end.at ? end.at : found;
        cells.push(text.slice(at, until));
        at = until;
      } else {
        if (closed === null) {
          if (!isEnd && text.length - start <= MAX_ROW_CHARACTERS) return null;
          return fault(NOT_CLOSED);
        }
        if (closed - start > MAX_ROW_CHARACTERS) return fault(NOT_CLOSED);
        while (closed >= end.at) {
          const next = ends.after(end.next);
          if (next === null) return null;
          end = next;
          lines++;
        }
        cells.push(text.slice(from + 1, closed).replaceAll('""', '"'));
        at = isTabbed ? closed + 1 : skipBlanks(text, closed + 1, end.at);
        if (at < end.at && !text.startsWith(delimiter, at)) return fault(MISPLACED);
      }
      if (at >= end.at) break;
      at += delimiter.length;
    }
    this.line += lines;
    return { cut: { line, cells }, next: end.next };
  }
}

/** Where a line ends, and where the next begins. */
interface LineEnd {
  readonly at: number;
  readonly next: number;
}

/** The ends of lines in a text, asked for in their order: LF, CR LF or CR, as they come. */
class LineEnds {
  private lf = -1;
  private cr = -1;

  constructor(
    private readonly text: string,
    private readonly isEnd: boolean,
  ) {}

  /** The next that is asked for may lie before the last. */
  rewind(): void {
    this.lf = -1;
    this.cr = -1;
  }

  /** Null when the line does not end here. */
  after(from: number): LineEnd | null {
    const { text } = this;
    if (this.lf < from) this.lf = orNever(text.indexOf('\n', from));
    if (this.cr < from) this.cr = orNever(text.indexOf('\r', from));
    const { lf, cr } = this;
    if (cr < lf) {
      // An LF may follow in the next piece.
      if (cr === text.length - 1 && !this.isEnd) return null;
      return { at: cr, next: lf === cr + 1 ? cr + 2 : cr + 1 };
    }
    if (lf !== Infinity) return { at: lf, next: lf + 1 };
    return this.isEnd ? { at: text.length, next: text.length } : null;
  }
}

function orNever(index: number): number {
  return index === -1 ? Infinity : index;
}

/** The mark that is not doubled; null when there is none yet. */
function closingQuote(text: string, from: number): number | null {
  for (let at = text.indexOf('"', from); at !== -1; at = text.indexOf('"', at + 2))
    if (text[at + 1] !== '"') return at;
  return null;
}

function endsCell(text: string, closed: number | null, end: number, delimiter: string): boolean {
  return closed !== null && closed < end && (closed + 1 === end || text.startsWith(delimiter, closed + 1));
}

function skipBlanks(text: string, from: number, end: number): number {
  let at = from;
  while (at < end && text[at] === ' ') at++;
  return at;
}

/** The rows of a short text that could be cut. */
export function parseSample(sample: Buffer, delimiter: string): (readonly string[])[] {
  const parser = new TableParser(delimiter);
  return [...parser.cut(sample), ...parser.end()].flatMap((cut) => ('cells' in cut ? [cut.cells] : []));
}
