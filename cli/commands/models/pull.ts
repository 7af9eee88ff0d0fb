import { createHash, randomBytes } from 'node:crypto';
import { createWriteStream, existsSync } from 'node:fs';
import { mkdir, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { PullVersion, type PullVersionQuery } from '../../__generated__/operations.js';
import { existing } from '../../api/existing.js';
import { defineCommand, type Session } from '../../command.js';
import { EXIT } from '../../exit-codes.js';
import { Failure, fileFailure, wrongUsage } from '../../failure.js';
import { unpackBundle } from '../../pull/unpack-bundle.js';
import { bytes, plural } from '../../terminal/format.js';

type Pulled = NonNullable<PullVersionQuery['version']>;

export const pull = defineCommand({
  name: 'pull',
  summary: 'Save a version to a folder: its model, its card and its signature',
  positionals: {
    ref: {
      kind: 'text',
      required: true,
      describe: 'The version, such as esol@3 or esol@production',
      completes: 'ref',
    },
  },
  options: {
    output: {
      kind: 'text',
      describe: 'The folder to make; MODEL-NUMBER, such as esol-3, when left out',
      completes: 'file',
    },
  },
  examples: [
    ['retort pull esol@production', 'To the folder esol-3, should that be version 3'],
    ['retort pull esol@3 --output models/esol', 'To another'],
  ],
  output: '{folder, version, files: […], digest, bytes}',
  notes:
    'The folder has model.onnx (of a bundle: the graph and the files of its weights, as they lie together; of a model on ' +
    'another server: remote.json), card.md, signature.json, and pipeline.json where the version has one. The bytes are ' +
    'checked against their digest, and the folder is there once it is whole. retort export saves a model with its history.',
  async run({ ref, output }, session) {
    const { version } = await session.api.ask(PullVersion, { ref });
    const found = existing(version, 'version', ref);
    // What a server calls a version must not lead out of the folder.
    const folder = resolve(output ?? found.ref.replace(/[^\w.-]+/g, '-'));
    if (existsSync(folder))
      throw wrongUsage(`There is ${folder} already. Choose another folder with --output.`);
    const files = await madeWhole(folder, (part) => save(found, part, session));
    const { digest, size } = found.artifact;
    return {
      json: { folder, version: found.ref, files, digest, bytes: Number(size) },
      text: `Saved ${found.ref} to ${folder}: ${plural(files.length, 'file')}, the model ${bytes(Number(size))}.`,
    };
  },
});

async function save(
  { artifact, card, signature, pipeline: steps }: Pulled,
  folder: string,
  session: Session,
): Promise<void> {
  const name = FILES[artifact.format];
  const path = join(folder, name ?? 'bundle.tar');
  await download(artifact, path, session);
  if (name === undefined) {
    const names = await unpackBundle(path, folder, session.signal);
    const taken = names.find((each) => OWN.includes(each));
    if (taken !== undefined)
      throw new Failure(
        EXIT.REFUSED,
        'FILE',
        `The model has a file ${taken} itself: retort export saves it in an archive.`,
      );
    await rm(path);
  }
  await writeFile(join(folder, 'card.md'), card);
  await writeFile(join(folder, 'signature.json'), `${JSON.stringify(signature, null, 2)}\n`);
  if (steps !== null) await writeFile(join(folder, 'pipeline.json'), `${JSON.stringify(steps, null, 2)}\n`);
}

/** By the artifact's format; a bundle has several. */
const FILES: Readonly<Record<string, string>> = { ONNX: 'model.onnx', REMOTE: 'remote.json' };
const OWN = ['bundle.tar', 'card.md', 'signature.json', 'pipeline.json'];

/** @throws Failure DAMAGED when other bytes come than those of the digest */
async function download({ digest, size }: Pulled['artifact'], path: string, session: Session): Promise<void> {
  const { api, progress, signal } = session;
  const response = await api.http.fetch(`artifacts/${digest}`);
  if (!response.ok || response.body === null)
    throw api.http.refusal(response.status, await api.http.text(response));
  const body = response.body as AsyncIterable<Uint8Array>;
  const hash = createHash('sha256');
  await progress.measure('Downloading', Number(size), 'bytes', (bar) =>
    pipeline(
      async function* () {
        try {
          for await (const chunk of body) {
            hash.update(chunk);
            bar.advance(chunk.length);
            yield chunk;
          }
        } catch (error) {
          throw api.http.lost(error);
        }
      },
      createWriteStream(path, { flags: 'wx' }),
      { signal },
    ),
  );
  if (`sha256:${hash.digest('hex')}` !== digest)
    throw new Failure(
      EXIT.UNAVAILABLE,
      'DAMAGED',
      `The model arrived with other bytes than ${digest} stands for. Nothing is kept; try again.`,
    );
}

/** Makes a folder that has its name only once everything is in it. @returns its files, by their paths */
async function madeWhole(folder: string, work: (part: string) => Promise<void>): Promise<string[]> {
  let part: string | null = null;
  try {
    await mkdir(dirname(folder), { recursive: true });
    part = join(dirname(folder), `.${basename(folder)}.${randomBytes(4).toString('hex')}.part`);
    await mkdir(part);
    await work(part);
    const found = await readdir(part, { recursive: true, withFileTypes: true });
    const inside = part;
    const files = found
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name).slice(inside.length + 1))
      .sort();
    await rename(part, folder);
    part = null;
    return files;
  } catch (error) {
    const ofDisk = error instanceof Error && 'syscall' in error && !(error instanceof Failure);
    throw ofDisk ? fileFailure('write', folder, error) : error;
  } finally {
    if (part !== null) await rm(part, { recursive: true, force: true });
  }
}
