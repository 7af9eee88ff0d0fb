import { createHash, randomUUID } from 'node:crypto';
import { mkdir, open, readdir, rename, rm, stat, utimes } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { cpus } from 'node:os';
import { join } from 'node:path';
import type { CachedGraph } from './optimized-graph.js';
import type { SessionSettings } from './session-options.js';

const DEFAULT_BYTES = 4 * 1024 ** 3;
/** A file that is still being written after so long was left by a server that ended meanwhile. */
const ABANDONED_MS = 3_600_000;
/** Changes when what is stored, or how it is made, changes. */
const FORMAT = 1;

/**
 * Optimised graphs on disk, by what they were made from and for. A file's name holds the SHA-256 of its content, so that
 * a file is whole or not used. The cache is never needed: whatever fails, the graph is loaded from its own file.
 */
export class GraphCache {
  /** @param maxBytes of all files; those used longest ago go first */
  constructor(
    private readonly directory: string,
    private readonly maxBytes = DEFAULT_BYTES,
    private readonly runtime = runtimeVersion(),
  ) {}

  /** Of the same file, optimised in the same way by the same runtime for the same kind of processor. */
  keyOf(digest: string, { optimization, providers }: SessionSettings): string {
    const parts = [FORMAT, digest, optimization, providers, this.runtime, process.arch, cpus()[0]?.model];
    return createHash('sha256').update(JSON.stringify(parts)).digest('hex');
  }

  async find(key: string): Promise<CachedGraph | undefined> {
    const [name] = (await this.#names()).filter((candidate) => candidate.startsWith(`${key}-`));
    if (name === undefined) return undefined;
    const path = join(this.directory, name);
    const now = new Date();
    await utimes(path, now, now).catch(() => undefined);
    return { path, sha256: name.slice(key.length + 1, -EXTENSION.length) };
  }

  /** Where a graph may be written before it is kept; undefined when the directory cannot be made. */
  async draft(): Promise<string | undefined> {
    try {
      await mkdir(this.directory, { recursive: true });
      return join(this.directory, `${randomUUID()}${DRAFT}`);
    } catch {
      return undefined;
    }
  }

  /** Moves what was written and synced to its place, and makes room for it. */
  async keep(draft: string, key: string, sha256: string): Promise<void> {
    try {
      await rename(draft, join(this.directory, `${key}-${sha256}${EXTENSION}`));
      const directory = await open(this.directory, 'r');
      await directory.sync().finally(() => directory.close());
      await this.#prune();
    } catch {
      await this.drop(draft);
    }
  }

  async drop(path: string): Promise<void> {
    await rm(path, { force: true }).catch(() => undefined);
  }

  async #prune(): Promise<void> {
    const files = await Promise.all(
      (await this.#names()).map(async (name) => {
        const path = join(this.directory, name);
        const found = await stat(path).catch(() => undefined);
        return { path, bytes: found?.size ?? 0, usedAt: found?.mtimeMs ?? 0, isDraft: name.endsWith(DRAFT) };
      }),
    );
    const abandoned = Date.now() - ABANDONED_MS;
    let bytes = 0;
    for (const file of files.sort((a, b) => b.usedAt - a.usedAt)) {
      bytes += file.bytes;
      if (file.isDraft ? file.usedAt < abandoned : bytes > this.maxBytes) await this.drop(file.path);
    }
  }

  async #names(): Promise<string[]> {
    const names = await readdir(this.directory).catch((): string[] => []);
    return names.filter((name) => name.endsWith(EXTENSION) || name.endsWith(DRAFT));
  }
}

const EXTENSION = '.onnx';
const DRAFT = '.draft';

function runtimeVersion(): string {
  const require = createRequire(import.meta.url);
  return (require('onnxruntime-node/package.json') as { version: string }).version;
}
