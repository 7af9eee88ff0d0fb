import { open } from 'node:fs/promises';
import { namesInArchive } from '../artifacts/index.js';
import type { ModelFormat } from '../catalog/index.js';

/** Enough for the names that formats begin with. */
const HEAD_BYTES = 64 * 1024;

const starts = (head: Buffer, bytes: string): boolean =>
  head.subarray(0, bytes.length).equals(Buffer.from(bytes, 'latin1'));

/** Protocols 2 to 5, and how a pickle of protocol 0 of an object begins. */
const isPickle = (head: Buffer): boolean =>
  (head[0] === 0x80 && head[1] !== undefined && head[1] >= 2 && head[1] <= 5) ||
  starts(head, 'ccopy_reg\n_reconstructor');

/** What joblib packs by: zlib, gzip, bz2, xz, lzma, lz4. */
const isPacked = (head: Buffer): boolean =>
  (head[0] === 0x78 && [0x01, 0x5e, 0x9c, 0xda].includes(head[1] ?? 0)) ||
  ['\x1f\x8b', 'BZh', '\xfd7zXZ', '\x5d\x00\x00', '\x04\x22\x4d\x18'].some((magic) => starts(head, magic));

const RULES: readonly (readonly [ModelFormat, (head: Buffer) => boolean])[] = [
  ['CATBOOST', (head) => starts(head, 'CBM1')],
  ['LIGHTGBM', (head) => starts(head, 'tree\n')],
  ['XGBOOST', (head) => starts(head, '{L') && head.subarray(0, 64).includes('learner')],
  ['XGBOOST', (head) => starts(head, '{') && head.includes('"learner"')],
  [
    'CATBOOST',
    (head) =>
      starts(head, '{') && /"(?:oblivious_trees|ctr_data|features_info)"/.test(head.toString('latin1')),
  ],
  ['KERAS', (head) => starts(head, '\x89HDF\r\n\x1a\n')],
  ['TFLITE', (head) => head.toString('latin1', 4, 8) === 'TFL3'],
  ['SKLEARN', isPickle],
  ['SKLEARN', isPacked],
];

/** Of a tar or zip: by the files in it. */
const ARCHIVES: readonly (readonly [ModelFormat, RegExp])[] = [
  ['SAVED_MODEL', /(?:^|\/)saved_model\.pb$/],
  ['KERAS', /^model\.weights\.h5$/],
  ['MXNET', /-symbol\.json$/],
  ['TORCH_EXPORT', /(?:^|\/)(?:archive_format|serialized_exported_program\.json)$/],
  ['TORCHSCRIPT', /^[^/]+\/code\/.*\.py$/],
];

/** What a file is, by what is in it; null when it is nothing that can be converted. */
export async function detectFormat(path: string, maxBytes: number): Promise<ModelFormat | null> {
  const names = await namesInArchive(path, maxBytes);
  if (names !== null)
    return ARCHIVES.find(([, pattern]) => names.some((name) => pattern.test(name)))?.[0] ?? null;
  const file = await open(path);
  try {
    const head = Buffer.alloc(HEAD_BYTES);
    const { bytesRead } = await file.read(head, 0, HEAD_BYTES, 0);
    const own = head.subarray(0, bytesRead);
    return RULES.find(([, fits]) => fits(own))?.[0] ?? null;
  } finally {
    await file.close();
  }
}
