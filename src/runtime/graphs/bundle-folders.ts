import { createHash, randomUUID } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { mkdir, readdir, rename, rm, stat, utimes } from 'node:fs/promises';
import { dirname, join, sep } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { bundleBytes, type Member } from '../../artifacts/index.js';
import type { ModelFiles } from '../model-folders.js';
import { DomainError } from '../../platform/errors.js';
import { StoreUnavailable } from '../../platform/failures.js';
import { fileMember } from './file-member.js';

const DEFAULT_BYTES = 32 * 1024 ** 3;
const DRAFT = '.draft';

/**
 * Bundles unpacked, each in a folder that is named by its digest: what the runtime needs to map weights into memory. The
 * digest says whether a folder is whole: packed again, its files must give it. May be deleted at any time; a
 * caller that holds a model has links to its files.
 */
export class BundleFolders {
  readonly #unpacking = new Map<string, Promise<void>>();

  /** @param maxBytes of all folders; those used longest ago go first */
  constructor(
    private readonly directory: string,
    private readonly maxBytes = DEFAULT_BYTES,
  ) {}

  /** The files of a bundle that is unpacked and whole; null when it is not. */
  async find(digest: string, signal?: AbortSignal): Promise<ModelFiles | null> {
    const folder = this.#folder(digest);
    const names = await filesIn(folder);
    if (names.length === 0) return null;
    const members = await Promise.all(names.map((name) => fileMember(folder, name)));
    members.sort((one, other) => Buffer.compare(Buffer.from(one.name), Buffer.from(other.name)));
    const hash = createHash('sha256');
    for await (const chunk of bundleBytes(members)) {
      signal?.throwIfAborted();
      hash.update(chunk);
    }
    if (`sha256:${hash.digest('hex')}` !== digest) {
      await rm(folder, { recursive: true, force: true });
      return null;
    }
    const now = new Date();
    await utimes(folder, now, now).catch(() => undefined);
    return filesOf(folder, names);
  }

  /**
   * Unpacks a bundle whose bytes are right. Many who want the same one at a time wait for one.
   * @throws DomainError STORAGE_FULL; the signal's reason
   */
  async unpack(digest: string, members: readonly Member[], signal?: AbortSignal): Promise<ModelFiles> {
    const under = this.#unpacking.get(digest) ?? this.#unpack(digest, members, signal);
    this.#unpacking.set(digest, under);
    try {
      await under;
    } finally {
      if (this.#unpacking.get(digest) === under) this.#unpacking.delete(digest);
    }
    return filesOf(
      this.#folder(digest),
      members.map(({ name }) => name),
    );
  }

  async #unpack(digest: string, members: readonly Member[], signal?: AbortSignal): Promise<void> {
    const draft = join(this.directory, `${randomUUID()}${DRAFT}`);
    try {
      for (const { name, read } of members) {
        await mkdir(dirname(join(draft, name)), { recursive: true, mode: 0o700 });
        const target = createWriteStream(join(draft, name), { flags: 'wx', mode: 0o400 });
        await pipeline(Readable.from(read()), target, { ...(signal && { signal }) });
      }
      const folder = this.#folder(digest);
      await rm(folder, { recursive: true, force: true });
      await rename(draft, folder);
      await this.#prune(folder);
    } catch (error) {
      await rm(draft, { recursive: true, force: true }).catch(() => undefined);
      if (error instanceof DomainError || signal?.aborted === true) throw error;
      const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown';
      throw new StoreUnavailable(
        `The cache cannot take the unpacked model (${code}). The operator must free space`,
        { code: 'STORAGE_FULL', cause: error },
      );
    }
  }

  async #prune(kept: string): Promise<void> {
    const folders = await Promise.all(
      (await readdir(this.directory)).map(async (name) => {
        const folder = join(this.directory, name);
        const found = await stat(folder).catch(() => undefined);
        const sizes = await Promise.all(
          (await filesIn(folder)).map((file) => stat(join(folder, file)).catch(() => undefined)),
        );
        const bytes = sizes.reduce((sum, file) => sum + (file?.size ?? 0), 0);
        return { folder, bytes, usedAt: found?.mtimeMs ?? 0, isDraft: name.endsWith(DRAFT) };
      }),
    );
    let bytes = 0;
    for (const { folder, isDraft, ...used } of folders.sort((one, other) => other.usedAt - one.usedAt)) {
      bytes += used.bytes;
      // A draft that nobody has touched for an hour was left by a server that ended meanwhile.
      const isOld = isDraft ? Date.now() - used.usedAt > 3_600_000 : bytes > this.maxBytes;
      if (isOld && folder !== kept) await rm(folder, { recursive: true, force: true });
    }
  }

  #folder(digest: string): string {
    return join(this.directory, digest.replace(/^sha256:/, ''));
  }
}

/** Paths with slashes; none when there is no such folder. */
async function filesIn(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) =>
      join(entry.parentPath, entry.name)
        .slice(folder.length + 1)
        .split(sep)
        .join('/'),
    );
}

function filesOf(folder: string, names: readonly string[]): ModelFiles {
  const files = names.map((name) => ({ name, path: join(folder, name) }));
  const model = files.find(({ name }) => name.endsWith('.onnx'));
  if (model === undefined) throw new Error('a bundle without a graph');
  return { model: model.path, data: files.filter((file) => file !== model) };
}
