import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import { ArchiveReader, type Archives } from '../../src/transfer/archive/archive-reader.js';
import {
  blobName,
  MANIFEST_NAME,
  SUMS_NAME,
  sumsOf,
  type Blob,
} from '../../src/transfer/archive/archive-layout.js';
import { canonicalJson } from '../../src/transfer/archive/canonical-json.js';
import type { Manifest } from '../../src/transfer/archive/manifest.js';
import { encodeHeader, paddingOf } from '../../src/platform/tar/ustar.js';

export interface TarFile {
  readonly name: string;
  readonly bytes: Uint8Array;
}

const instant = (day: number) => `2026-03-${String(day).padStart(2, '0')}T12:00:00.000Z`;
const who = 'ada';

export function blobOf(bytes: Uint8Array): Blob {
  return { digest: `sha256:${createHash('sha256').update(bytes).digest('hex')}`, size: bytes.length };
}

/** A model of two versions with a tag, an alias that was moved and rolled back, and one that was removed. */
export function sampleManifest(files: readonly Uint8Array[], more: Partial<Manifest> = {}): Manifest {
  const blobs = files.map(blobOf);
  const spec = { name: 'x', datatype: 'FP32' as const, shape: [-1, 2] };
  const change = { protected: false, reason: null, actor: who };
  return {
    format: 'retort-model-archive',
    formatVersion: 1,
    model: {
      name: 'sample',
      title: 'A sample',
      summary: '',
      domain: 'CHEMISTRY',
      labels: ['small'],
      card: '# A sample\n\nWith an umlaut: ä.',
      createdAt: instant(1),
      createdBy: who,
      updatedAt: instant(20),
      archivedAt: null,
    },
    descriptions: [],
    versions: blobs.map(({ digest }, index) => ({
      number: index + 1,
      artifact: digest,
      signature: { inputs: [spec], outputs: [{ ...spec, name: 'y' }] },
      pipeline: null,
      metrics: [{ name: 'rmse', value: 0.5, unit: 'K', dataset: null, higherIsBetter: false }],
      notes: '',
      source: null,
      trainingData: [],
      environment: null,
      derivedFrom: [],
      examples: [],
      createdAt: instant(index + 2),
      createdBy: who,
    })),
    tags: [{ name: 'v1.0.0', version: 1, createdAt: instant(3), createdBy: who }],
    aliases: [{ name: 'production', version: 1, protected: false, updatedAt: instant(7), updatedBy: who }],
    aliasHistory: [
      { ...change, alias: 'production', kind: 'MOVED', from: null, to: 1, previous: null, at: instant(4) },
      { ...change, alias: 'old', kind: 'MOVED', from: null, to: 1, previous: null, at: instant(5) },
      { ...change, alias: 'production', kind: 'MOVED', from: 1, to: 2, previous: 0, at: instant(6) },
      { ...change, alias: 'production', kind: 'ROLLED_BACK', from: 2, to: 1, previous: null, at: instant(7) },
      { ...change, alias: 'old', kind: 'REMOVED', from: 1, to: null, previous: 1, at: instant(8) },
    ],
    blobs: blobs.sort((a, b) => (a.digest < b.digest ? -1 : 1)),
    ...more,
  };
}

/** The files of an archive in their order; `manifest` may be anything, even what no exporter would write. */
export function archiveFiles(manifest: unknown, files: readonly Uint8Array[]): TarFile[] {
  const blobs = files
    .map((bytes) => ({ ...blobOf(bytes), bytes }))
    .sort((a, b) => (a.digest < b.digest ? -1 : 1));
  const bytes = Buffer.from(canonicalJson(manifest));
  return [
    { name: SUMS_NAME, bytes: sumsOf(bytes, blobs) },
    { name: MANIFEST_NAME, bytes },
    ...blobs.map((blob) => ({ name: blobName(blob.digest), bytes: blob.bytes })),
  ];
}

export function tarOf(files: readonly TarFile[]): Buffer {
  return Buffer.concat([
    ...files.flatMap(({ name, bytes }) => [
      encodeHeader({ name, size: bytes.length }),
      bytes,
      Buffer.alloc(paddingOf(bytes.length)),
    ]),
    Buffer.alloc(1024),
  ]);
}

/** Reads an archive as an import does, all of it. @throws DomainError */
export async function readWhole(archive: Buffer): Promise<Manifest> {
  const archives: Archives = {
    read: (_digest, range) =>
      Readable.from([archive.subarray(range?.start, (range?.end ?? archive.length) + 1)]),
  };
  const reader = await ArchiveReader.open(archives, { digest: 'sha256:', size: archive.length });
  for await (const { digest, size, read } of reader.blobs()) {
    const hash = createHash('sha256');
    let length = 0;
    for await (const chunk of read()) {
      hash.update(chunk);
      length += chunk.length;
    }
    if (`sha256:${hash.digest('hex')}` !== digest || length !== size)
      throw new Error(`${digest} has other bytes`);
  }
  return reader.manifest;
}
