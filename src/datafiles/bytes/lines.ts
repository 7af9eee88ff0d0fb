import { StringDecoder } from 'node:string_decoder';
import { unreadableFile } from '../unreadable-file.js';

export interface TextLine {
  readonly text: string;
  /** Counted from 1. */
  readonly number: number;
}

/** No row of data is longer; a file without line ends must not be gathered whole. */
export const MAX_LINE_CHARACTERS = 8 * 1024 ** 2;

/** Lines without their ends (LF, CR LF or CR), some at a time. @throws DomainError UNREADABLE_FILE */
export async function* linesOf(
  chunks: AsyncIterable<Buffer>,
  name: string,
): AsyncGenerator<readonly TextLine[], void, void> {
  const decoder = new StringDecoder('utf8');
  let number = 0;
  let rest = '';
  for await (const chunk of chunks) {
    const pieces = (rest + decoder.write(chunk)).split(/\r\n|\n|\r(?!$)/);
    rest = pieces.pop() ?? '';
    if (rest.length > MAX_LINE_CHARACTERS)
      throw unreadableFile(
        `Line ${number + pieces.length + 1} of ${name} is longer than ${MAX_LINE_CHARACTERS} characters: expected lines of text.`,
      );
    if (pieces.length > 0) yield pieces.map((text) => ({ text, number: ++number }));
  }
  rest += decoder.end();
  if (rest !== '') yield [{ text: rest.replace(/\r$/, ''), number: number + 1 }];
}
