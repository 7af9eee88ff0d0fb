import { readFile, stat } from 'node:fs/promises';
import { webcrypto } from 'node:crypto';
import type { FindUpload } from '../find-file.js';
import { RowError } from '../prediction.js';
import { knownFormat, MAXIMUM_BYTES, type StoredImage } from './read-image.js';

/**
 * The bytes of a picture that was sent before.
 *
 * @param find left out where no such pictures are taken: what is kept for longer than they are
 * @throws RowError where there is none, or what was sent is none; DomainError UNAVAILABLE
 */
export async function storedImageBytes(
  { digest }: StoredImage,
  find: FindUpload | undefined,
): Promise<Buffer> {
  if (find === undefined)
    throw new RowError(
      'INVALID_IMAGE',
      'A picture by its digest is kept for a week; data of a version has to bring its pictures along, in base64',
    );
  let bytes: Buffer;
  try {
    const path = await find(digest);
    if (path === null) throw noUpload(digest);
    const { size } = await stat(path);
    if (size > MAXIMUM_BYTES)
      throw new RowError(
        'INVALID_IMAGE',
        `The file ${digest} has ${size} bytes: expected a picture of at most ${MAXIMUM_BYTES}`,
      );
    bytes = await readFile(path);
  } catch (error) {
    // It may be removed while it is opened.
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') throw noUpload(digest);
    throw error;
  }
  const hash = Buffer.from(await webcrypto.subtle.digest('SHA-256', bytes)).toString('hex');
  if (`sha256:${hash}` !== digest)
    throw new RowError(
      'INVALID_IMAGE',
      `The file ${digest} was damaged where it is stored: send it to POST /files again`,
    );
  return knownFormat(bytes);
}

function noUpload(digest: string): RowError {
  return new RowError(
    'INVALID_IMAGE',
    `No file ${digest} was uploaded, or it was more than a week ago: stream it to POST /files and pass the digest that answers`,
  );
}
