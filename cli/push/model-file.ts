import { open, stat } from 'node:fs/promises';
import { fileFailure } from '../failure.js';

/** How much of a file tells what it is. */
export const HEAD_BYTES = 4 * 1024;

/** How files begin that are models of other frameworks. The server tells which it is. */
/* eslint-disable no-control-regex -- control characters are what files begin with */
const BEGINNINGS: readonly RegExp[] = [
  // Pickles: protocols 2 to 5, and 0; and how joblib packs them.
  /^\x80[\x02-\x05]/,
  /^ccopy_reg\n/,
  /^(?:\x78[\x01\x5e\x9c\xda]|\x1f\x8b|BZh|\xfd7zXZ|\x5d\x00\x00|\x04\x22\x4d\x18)/,
  /^tree\n/,
  /^CBM1/,
  // JSON and UBJSON.
  /^\s*\{/,
  // Archives: .keras, .pt2, TorchScript, a SavedModel.
  /^PK\x03\x04/,
  /^\x89HDF\r\n\x1a\n/,
  /^.{4}TFL3/s,
];
/* eslint-enable no-control-regex */

/** Whether a file that begins so is a model of another framework. */
export function looksForeign(head: Buffer): boolean {
  const text = head.toString('latin1');
  return BEGINNINGS.some((beginning) => beginning.test(text));
}

/** Whether what lies there has to be converted before it is published: anything but ONNX. @throws Failure */
export async function needsConversion(path: string): Promise<boolean> {
  try {
    if ((await stat(path)).isDirectory()) return true;
    const file = await open(path);
    try {
      const head = Buffer.alloc(HEAD_BYTES);
      const { bytesRead } = await file.read(head, 0, HEAD_BYTES, 0);
      return looksForeign(head.subarray(0, bytesRead));
    } finally {
      await file.close();
    }
  } catch (error) {
    throw fileFailure('read', path, error);
  }
}
