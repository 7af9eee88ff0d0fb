import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** The folder of one conversion. Everything of it goes when the conversion is over. */
export class Scratch {
  private constructor(
    /** For this process and the converter alone, and never part of an answer. */
    readonly folder: string,
  ) {}

  /** Empty, whatever an attempt that died with its server left behind. */
  static async open(directory: string, jobId: string): Promise<Scratch> {
    const scratch = new Scratch(join(directory, jobId));
    await scratch.remove();
    for (const name of ['source', 'sample', 'output', 'work'])
      await mkdir(scratch.path(name), { recursive: true });
    return scratch;
  }

  path(...names: string[]): string {
    return join(this.folder, ...names);
  }

  async writeJson(name: string, value: unknown): Promise<void> {
    await writeFile(this.path(name), JSON.stringify(value));
  }

  async remove(): Promise<void> {
    await rm(this.folder, { recursive: true, force: true });
  }
}
