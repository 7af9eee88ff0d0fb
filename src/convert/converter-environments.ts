import { access, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { DomainError } from '../platform/errors.js';

/** What `retort converters install` writes into an environment once everything is in it. */
const marker = z.object({ requirements: z.string() });

/** Python environments of converters: a folder each, made by `retort converters install` and by nothing else. */
export class ConverterEnvironments {
  constructor(private readonly directory: string) {}

  /** The environment's Python. @throws DomainError CONVERTER_NOT_INSTALLED, with the command that installs it */
  async python(name: string, field: readonly string[] = ['format']): Promise<string> {
    const folder = join(this.directory, name);
    const path = join(folder, 'bin', 'python');
    try {
      marker.parse(JSON.parse(await readFile(join(folder, 'retort.json'), 'utf8')));
      await access(path);
      return path;
    } catch (error) {
      throw new DomainError(
        'CONVERTER_NOT_INSTALLED',
        `This server has no converter for that yet. On its machine, run: retort converters install ${name}`,
        { field, cause: error },
      );
    }
  }
}
