import { crc32, deflateRawSync } from 'node:zlib';

export interface PackedFile {
  readonly name: string;
  readonly bytes: Uint8Array;
  /** Of tar entries; '0' for a file. */
  readonly type?: string;
  /** Of zip entries: the mode of Unix, such as 0o120777 for a link. */
  readonly mode?: number;
  /** What the zip's directory says it unpacks to, if not the truth. */
  readonly claimedSize?: number;
}

const BLOCK = 512;

/** A tar as somebody's packer writes it: with owner, time and mode of its own. */
export function tar(
  files: readonly PackedFile[],
  more: { mtime?: number; pax?: boolean; trailing?: number } = {},
): Buffer {
  const { mtime = 1_764_000_000, pax = false, trailing = 2 } = more;
  const entry = (name: string, bytes: Uint8Array, type: string) => {
    const block = Buffer.alloc(BLOCK);
    block.write(name.slice(0, 100), 0);
    block.write('0000640\0' + '0001750\0' + '0001750\0', 100, 'latin1');
    block.write(
      `${bytes.length.toString(8).padStart(11, '0')}\0${mtime.toString(8).padStart(11, '0')}\0`,
      124,
    );
    block.write(`        ${type}`, 148);
    block.write('ustar\x0000user\0', 257, 'latin1');
    block.write(
      `${block
        .reduce((sum, byte) => sum + byte, 0)
        .toString(8)
        .padStart(6, '0')}\0 `,
      148,
    );
    return [block, bytes, Buffer.alloc((BLOCK - (bytes.length % BLOCK)) % BLOCK)];
  };
  const record = (key: string, value: string) => {
    const rest = ` ${key}=${value}\n`;
    let length = Buffer.byteLength(rest);
    while (String(length).length + Buffer.byteLength(rest) !== length)
      length = String(length).length + Buffer.byteLength(rest);
    return Buffer.from(`${length}${rest}`);
  };
  return Buffer.concat([
    ...files.flatMap(({ name, bytes, type = '0' }) => [
      ...(pax
        ? entry('PaxHeader', Buffer.concat([record('mtime', '1764000000.25'), record('path', name)]), 'x')
        : []),
      ...entry(pax ? 'short' : name, bytes, type),
    ]),
    Buffer.alloc(trailing * BLOCK),
  ]);
}

export function zip(files: readonly PackedFile[], compress = true): Buffer {
  const parts: Buffer[] = [];
  const directory: Buffer[] = [];
  let at = 0;
  for (const { name, bytes, mode = 0o100644, claimedSize = bytes.length } of files) {
    const packed = compress ? deflateRawSync(bytes) : Buffer.from(bytes);
    const path = Buffer.from(name);
    const shared = Buffer.alloc(26);
    shared.writeUInt16LE(20, 0);
    shared.writeUInt16LE(0x800, 2);
    shared.writeUInt16LE(compress ? 8 : 0, 4);
    shared.writeUInt32LE(crc32(bytes), 10);
    shared.writeUInt32LE(packed.length, 14);
    shared.writeUInt32LE(claimedSize, 18);
    shared.writeUInt16LE(path.length, 22);
    const own = Buffer.alloc(14);
    own.writeUInt32LE((mode << 16) >>> 0, 6);
    own.writeUInt32LE(at, 10);
    parts.push(Buffer.from('PK\x03\x04', 'latin1'), shared, path, packed);
    directory.push(Buffer.from('PK\x01\x02\x14\x03', 'latin1'), shared, own, path);
    at += 30 + path.length + packed.length;
  }
  const listing = Buffer.concat(directory);
  const end = Buffer.alloc(22);
  end.write('PK\x05\x06', 0, 'latin1');
  end.writeUInt16LE(files.length, 8);
  end.writeUInt16LE(files.length, 10);
  end.writeUInt32LE(listing.length, 12);
  end.writeUInt32LE(at, 16);
  return Buffer.concat([...parts, listing, end]);
}
