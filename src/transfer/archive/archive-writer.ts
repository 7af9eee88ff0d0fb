import { createHash } from 'node:crypto';
import type { ArtifactStore } from '../../artifacts/index.js';
import { DomainError } from '../../platform/errors.js';
import {
  archiveSize,
  blobName,
  MANIFEST_NAME,
  MAX_MANIFEST_BYTES,
  SUMS_NAME,
  sumsOf,
  type Blob,
} from './archive-layout.js';
import { canonicalJson } from './canonical-json.js';
import type { Manifest } from './manifest.js';
import { BLOCK, encodeHeader, END_BLOCKS, paddingOf } from '../../platform/tar/ustar.js';

/** An archive that can be written: how long it will be is known before the first byte. */
export interface WritableArchive {
  readonly manifest: Manifest;
  /** Of the manifest's bytes, and so of the whole archive: equal digests are equal archives. */
  readonly manifestDigest: string;
  /** Bytes. */
  readonly size: number;
  /** @throws DomainError ARTIFACT_CORRUPT, ARTIFACT_NOT_FOUND before the end: an archive that ends is right. */
  write(): AsyncGenerator<Uint8Array>;
}

/** @throws DomainError ARCHIVE_TOO_LARGE when the manifest alone is more than any catalog reads. */
export function writableArchive(manifest: Manifest, artifacts: ArtifactStore): WritableArchive {
  const bytes = Buffer.from(canonicalJson(manifest));
  if (bytes.length > MAX_MANIFEST_BYTES)
    throw new DomainError(
      'ARCHIVE_TOO_LARGE',
      `What is known of model "${manifest.model.name}" takes ${bytes.length} bytes, more than the ${MAX_MANIFEST_BYTES} that one archive can say.`,
      { field: ['model'] },
    );
  const sums = sumsOf(bytes, manifest.blobs);
  return {
    manifest,
    manifestDigest: `sha256:${createHash('sha256').update(bytes).digest('hex')}`,
    size: archiveSize(sums, bytes, manifest.blobs),
    async *write() {
      yield* file(SUMS_NAME, sums);
      yield* file(MANIFEST_NAME, bytes);
      for (const blob of manifest.blobs) yield* blobFile(blob, artifacts);
      yield Buffer.alloc(END_BLOCKS * BLOCK);
    },
  };
}

function* file(name: string, bytes: Buffer): Generator<Uint8Array> {
  yield encodeHeader({ name, size: bytes.length });
  yield bytes;
  yield* padding(bytes.length);
}

async function* blobFile({ digest, size }: Blob, artifacts: ArtifactStore): AsyncGenerator<Uint8Array> {
  yield encodeHeader({ name: blobName(digest), size });
  // The receiver has not got the end yet, and never gets it: bytes that are damaged on disk are not passed on.
  yield* artifacts.readChecked(digest) as AsyncIterable<Buffer>;
  yield* padding(size);
}

function* padding(size: number): Generator<Uint8Array> {
  if (paddingOf(size) > 0) yield Buffer.alloc(paddingOf(size));
}
