import { createHash } from 'node:crypto';
import { DomainError } from '../platform/errors.js';
import type { OpenFile } from './located.js';

/** What a source says of a file's bytes. */
export type Announced =
  /** Hexadecimal. */
  | { readonly kind: 'sha256'; readonly hex: string }
  /** Git's id of the bytes: SHA-1 with the length in front. */
  | { readonly kind: 'git-blob'; readonly hex: string };

/** Fails behind the last byte when the bytes are not the announced ones: whoever stores them keeps nothing then. */
export function checkedFile(
  file: OpenFile,
  announced: Announced | null,
  { host, field }: { readonly host: string; readonly field: readonly string[] },
): OpenFile {
  if (announced === null || (announced.kind === 'git-blob' && file.size === undefined)) return file;
  return { ...file, body: checkedBytes(file, announced, { host, field }) };
}

async function* checkedBytes(
  { body, size = 0 }: OpenFile,
  { kind, hex }: Announced,
  { host, field }: { readonly host: string; readonly field: readonly string[] },
): AsyncGenerator<Uint8Array> {
  const hash = createHash(kind === 'sha256' ? 'sha256' : 'sha1');
  if (kind === 'git-blob') hash.update(`blob ${size}\0`);
  for await (const chunk of body) {
    hash.update(chunk);
    yield chunk;
  }
  const actual = hash.digest('hex');
  if (actual === hex) return;
  throw new DomainError(
    'DIGEST_MISMATCH',
    `${host} announces bytes of ${kind === 'sha256' ? 'SHA-256' : 'Git’s id'} ${hex} and sends others (${actual}): the file is damaged there, or on the way. Nothing was kept.`,
    { field },
  );
}
