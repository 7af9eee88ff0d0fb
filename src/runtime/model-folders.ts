import { randomUUID } from 'node:crypto';
import { constants } from 'node:fs';
import { copyFile, link, mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

/** The files a model consists of, wherever they lie. */
export interface ModelFiles {
  /** Path of the graph. */
  readonly model: string;
  /** What its tensors name as their `location`, and where that lies. None for a model that is one file. */
  readonly data?: readonly { readonly name: string; readonly path: string }[];
}

/** A model's files in a folder that holds nothing else, until they are released. */
export interface HeldModel {
  /** Of the graph in the folder. */
  readonly path: string;
  release(): Promise<void>;
}

/**
 * Gives each model that is loaded a folder of its own. A graph may name files beside it, and the runtime opens them
 * whatever a check of ours understood: so there is nothing beside it but what belongs to it. Files are linked, not
 * copied, where the file system can; removing or replacing one meanwhile takes nothing away.
 */
export class ModelFolders {
  #ready: Promise<string> | undefined;

  /** @param directory emptied before its first use, since an earlier process may have left folders; default a temporary one */
  constructor(private readonly directory?: string) {}

  /**
   * @param files without a model: a place where one is to be written
   * @throws what the file system throws
   */
  async hold({ model, data = [] }: Partial<ModelFiles>): Promise<HeldModel> {
    const folder = join(await this.#open(), randomUUID());
    const release = () => rm(folder, { recursive: true, force: true });
    try {
      await mkdir(folder, { mode: 0o700 });
      const path = join(folder, freeName(data.map(({ name }) => name)));
      if (model !== undefined) await place(model, path);
      for (const { name, path: from } of data) {
        await mkdir(dirname(join(folder, name)), { recursive: true });
        await place(from, join(folder, name));
      }
      return { path, release };
    } catch (error) {
      await release();
      throw error;
    }
  }

  /** Removes what is left of it. */
  async close(): Promise<void> {
    const ready = this.#ready;
    this.#ready = undefined;
    if (ready !== undefined) await rm(await ready, { recursive: true, force: true });
  }

  #open(): Promise<string> {
    this.#ready ??= this.#prepare();
    // A disk that was full for a moment is tried again.
    this.#ready.catch(() => (this.#ready = undefined));
    return this.#ready;
  }

  async #prepare(): Promise<string> {
    if (this.directory === undefined) return mkdtemp(join(tmpdir(), 'retort-models-'));
    await rm(this.directory, { recursive: true, force: true });
    await mkdir(this.directory, { recursive: true, mode: 0o700 });
    return this.directory;
  }
}

/** Another device, or a file system without links: the copy shares its blocks where that is possible. */
async function place(from: string, to: string): Promise<void> {
  try {
    await link(from, to);
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (code === 'ENOENT') throw error;
    await copyFile(from, to, constants.COPYFILE_FICLONE | constants.COPYFILE_EXCL);
  }
}

function freeName(taken: readonly string[]): string {
  let name = 'model.onnx';
  while (taken.some((other) => other.split('/')[0]?.toLowerCase() === name)) name = `-${name}`;
  return name;
}
