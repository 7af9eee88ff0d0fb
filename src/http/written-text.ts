import { inTurns, type Ending } from '../platform/in-turns.js';

/** A long text in UTF-8, written piece by piece with others having their turns in between. @throws `until.reason` */
export async function writtenText(pieces: Iterable<string>, until: Ending): Promise<Buffer> {
  const written: Buffer[] = [];
  await inTurns(writing(pieces, written), until);
  return joined(written, until);
}

/** One buffer of all, as Buffer.concat makes it. @throws `until.reason` */
export async function joined(parts: readonly Buffer[], until: Ending): Promise<Buffer> {
  const whole = Buffer.allocUnsafeSlow(parts.reduce((sum, { length }) => sum + length, 0));
  await inTurns(copying(parts, whole), until);
  return whole;
}

function* writing(pieces: Iterable<string>, written: Buffer[]): Generator<void> {
  for (const piece of pieces) yield void written.push(Buffer.from(piece));
}

/** At once; a page of memory that nobody has used before costs more than the copy. */
const COPIED_BYTES = 1_048_576;

function* copying(parts: readonly Buffer[], whole: Buffer): Generator<void> {
  let at = 0;
  for (const part of parts) {
    for (let from = 0; from < part.length; from += COPIED_BYTES) {
      const copied = part.copy(whole, at, from, from + COPIED_BYTES);
      yield void (at += copied);
    }
  }
}
