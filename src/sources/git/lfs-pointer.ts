export interface LfsPointer {
  /** SHA-256 of the bytes, hexadecimal. */
  readonly oid: string;
  readonly size: number;
}

/** As the specification bounds it. */
export const MAX_POINTER_BYTES = 1024;

/** https://github.com/git-lfs/git-lfs/blob/main/docs/spec.md @returns null for a file that is none */
export function readPointer(bytes: Buffer): LfsPointer | null {
  if (bytes.length >= MAX_POINTER_BYTES) return null;
  const text = bytes.toString('utf8');
  if (!/^version https:\/\/(?:git-lfs\.github\.com|hawser\.github\.com)\/spec\/v1\n/.test(text)) return null;
  const oid = /^oid sha256:([0-9a-f]{64})$/m.exec(text)?.[1];
  const size = /^size (\d{1,15})$/m.exec(text)?.[1];
  return oid === undefined || size === undefined ? null : { oid, size: Number(size) };
}
