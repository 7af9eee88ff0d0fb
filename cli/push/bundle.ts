import { createReadStream } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { basename, dirname, join, posix } from 'node:path';
import { fileFailure, wrongUsage } from '../failure.js';
import { sizeOf } from '../files.js';
import { externalFiles } from './external-files.js';

interface Member {
  readonly name: string;
  readonly path: string;
  readonly size: number;
}

/** A model of several files, as one tar. */
export interface Bundle {
  /** Of the tar, in bytes. */
  readonly size: number;
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
  return packed([graph, ...data]);
}

/** What a folder is told by that holds a model of another framework. */
const FOLDERS = /^(?:saved_model\.pb|.+-symbol\.json)$/;
/** What systems leave in folders without being asked, and the server takes out. */
const DROPPINGS = /^(?:__MACOSX|\.DS_Store|Thumbs\.db|desktop\.ini|\._.*)$/;

/**
 * All files of a model's folder: a TensorFlow SavedModel, or a symbol of MXNet with its parameters.
 *
 * @throws Failure for any other folder
 */
export async function folderBundle(folder: string): Promise<Bundle> {
  const names = await filesIn(folder, '');
  if (!names.some((name) => FOLDERS.test(name)))
    throw wrongUsage(
      `Expected a folder with saved_model.pb or NAME-symbol.json in it, got ${folder}, which has ${names.length === 0 ? 'no files' : `${names.slice(0, 5).join(', ')}${names.length > 5 ? ', …' : ''}`}. An ONNX model is pushed by its .onnx file.`,
    );
  return packed(
    await Promise.all(
      names.map(async (name) => {
        const path = join(folder, name);
        return { name, path, size: await sizeOf(path) };
      }),
    ),
  );
}

async function filesIn(folder: string, under: string): Promise<string[]> {
  const entries = await readdir(join(folder, under), { withFileTypes: true }).catch((error: unknown) => {
    throw fileFailure('read', join(folder, under), error);
  });
  const found = await Promise.all(
    entries
      .filter(({ name }) => !DROPPINGS.test(name))
      .map(async (entry) => {
        const name = posix.join(under, entry.name);
        if (entry.isDirectory()) return filesIn(folder, name);
        if (entry.isSymbolicLink() && (await stat(join(folder, name)).catch(() => null))?.isFile() !== true)
          throw wrongUsage(`${join(folder, name)} is a link that leads to no file: copy what it stands for.`);
        return [name];
      }),
  );
  return found.flat();
}

function packed(unordered: readonly Member[]): Bundle {
  const members = unordered.toSorted((one, other) =>
    Buffer.compare(Buffer.from(one.name), Buffer.from(other.name)),
  );
  const headers = new Map(members.map((member) => [member, header(member)]));
  return {
    size: members.reduce((sum, { size }) => sum + BLOCK + size + padding(size), 2 * BLOCK),
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
