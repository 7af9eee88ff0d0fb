import { createReadStream } from 'node:fs';
import { basename, dirname, join, posix } from 'node:path';
import { wrongUsage } from '../failure.js';
import { sizeOf } from '../files.js';
import { externalFiles } from './external-files.js';

interface Member {
  readonly name: string;
  readonly path: string;
  readonly size: number;
}

/** A model with the files its weights lie in, as one tar. */
export interface Bundle {
  /** Of the tar, in bytes. */
  readonly size: number;
  /** How many files the weights lie in. */
  readonly dataFiles: number;
  /** From its beginning, each time. */
  bytes(): AsyncGenerator<Buffer>;
}

const BLOCK = 512;

/**
 * Finds the files that a graph names beside it. The tar is the one that the server stores: paths in order, owner and time 0,
 * so that its digest is known before it is sent.
 *
 * @returns null for a model that is one file
 * @throws Failure when a file is not there, or not in the model's folder
 */
export async function bundleOf(file: string): Promise<Bundle | null> {
  const names = [...new Set(externalFiles(file).map((name) => inFolder(name, file)))];
  if (names.length === 0) return null;
  const own = basename(file);
  const graph = { name: own.endsWith('.onnx') ? own : 'model.onnx', path: file, size: await sizeOf(file) };
  const data = await Promise.all(
    names.map(async (name) => {
      const path = join(dirname(file), name);
      return { name, path, size: await sizeOf(path) };
    }),
  );
  const members = [graph, ...data].sort((one, other) =>
    Buffer.compare(Buffer.from(one.name), Buffer.from(other.name)),
  );
  const headers = new Map(members.map((member) => [member, header(member)]));
  return {
    size: members.reduce((sum, { size }) => sum + BLOCK + size + padding(size), 2 * BLOCK),
    dataFiles: data.length,
    async *bytes() {
      for (const member of members) {
        yield headers.get(member) ?? Buffer.alloc(0);
        yield* createReadStream(member.path, { highWaterMark: 256 * 1024 }) as AsyncIterable<Buffer>;
        if (padding(member.size) > 0) yield Buffer.alloc(padding(member.size));
      }
      yield Buffer.alloc(2 * BLOCK);
    },
  };
}

function inFolder(location: string, file: string): string {
  const name = posix.normalize(location);
  if (location !== '' && !posix.isAbsolute(location) && !name.split('/').includes('..')) return name;
  throw wrongUsage(
    `${file} has weights in ${JSON.stringify(location)}, which is not in its folder: save it anew with its data beside it, as onnx.save(model, "model.onnx", save_as_external_data=True) does.`,
  );
}

/** POSIX.1-1988 ustar. */
function header({ name, size }: Member): Buffer {
  const bytes = Buffer.from(name);
  let cut = bytes.length <= 100 ? 0 : bytes.indexOf('/') + 1;
  while (cut > 0 && bytes.length - cut > 100) cut = bytes.indexOf('/', cut) + 1;
  if (bytes.length - cut > 100 || cut > 156)
    throw wrongUsage(
      `The path ${JSON.stringify(name)} is longer than a tar holds: give the file a shorter name.`,
    );
  const block = Buffer.alloc(BLOCK);
  bytes.copy(block, 0, cut);
  if (cut > 0) bytes.copy(block, 345, 0, cut - 1);
  block.write('0000644\0' + '0000000\0' + '0000000\0', 100, 'latin1');
  if (size < 8 ** 11) block.write(`${size.toString(8).padStart(11, '0')}\0`, 124, 'latin1');
  else {
    block[124] = 0x80;
    block.writeBigUInt64BE(BigInt(size), 128);
  }
  block.write('00000000000\0', 136, 'latin1');
  block.write('0', 156, 'latin1');
  block.write('ustar\x0000', 257, 'latin1');
  block.write('0000000\0' + '0000000\0', 329, 'latin1');
  let sum = 8 * 0x20;
  for (const byte of block) sum += byte;
  block.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 'latin1');
  return block;
}

function padding(size: number): number {
  return (BLOCK - (size % BLOCK)) % BLOCK;
}
