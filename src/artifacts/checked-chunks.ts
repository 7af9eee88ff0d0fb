import { createHash } from 'node:crypto';

/**
 * A file's pieces as they come, with the last one held back until all of them together have the digest they must have: who
 * receives them never gets the whole of a damaged file.
 *
 * @param wrong makes the error to end with, of the digest that the bytes have
 */
export async function* checkedChunks(
  chunks: AsyncIterable<Buffer>,
  digest: string,
  wrong: (actual: string) => Promise<Error>,
): AsyncGenerator<Buffer> {
  const hash = createHash('sha256');
  let held: Buffer | undefined;
  for await (const chunk of chunks) {
    if (held !== undefined) yield held;
    hash.update(chunk);
    held = chunk;
  }
  const actual = `sha256:${hash.digest('hex')}`;
  if (actual !== digest) throw await wrong(actual);
  if (held !== undefined) yield held;
}
