import { createHash } from 'node:crypto';
import { BLOCK, END_BLOCKS, spaceOf } from '../../platform/tar/ustar.js';

/** docs/archive-format.md describes the whole. */
export const FORMAT_VERSION = 1;
export const SUMS_NAME = 'SHA256SUMS';
export const MANIFEST_NAME = 'manifest.json';

/** The manifest is read as a whole; what is larger was not written by anyone who means well. */
export const MAX_MANIFEST_BYTES = 64 * 1024 ** 2;
/** Room for the line of every file that a manifest of this size could name. */
export const MAX_SUMS_BYTES = 64 * 1024 ** 2;

/** A file of an archive that is named by its digest. */
export interface Blob {
  /** `sha256:` and 64 hexadecimal digits. */
  readonly digest: string;
  /** Bytes. */
  readonly size: number;
}

export function blobName(digest: string): string {
  return `blobs/${digest.replace(':', '/')}`;
}

/** Where this server answers a model's archive, and what to call the file. */
export function archivePath(model: string): string {
  return `/models/${model}/archive`;
}

export function archiveFileName(model: string): string {
  return `${model}.retort.tar`;
}

/** In the form that `sha256sum --check` reads. */
export function sumsOf(manifest: Uint8Array, blobs: readonly Blob[]): Buffer {
  const lines = [
    `${createHash('sha256').update(manifest).digest('hex')}  ${MANIFEST_NAME}\n`,
    ...blobs.map(({ digest }) => `${digest.slice('sha256:'.length)}  ${blobName(digest)}\n`),
  ];
  return Buffer.from(lines.join(''), 'latin1');
}

/** Bytes of the whole archive. */
export function archiveSize(sums: Uint8Array, manifest: Uint8Array, blobs: readonly Blob[]): number {
  return (
    spaceOf(sums.length) +
    spaceOf(manifest.length) +
    blobs.reduce((sum, { size }) => sum + spaceOf(size), 0) +
    END_BLOCKS * BLOCK
  );
}
