import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Config } from '../platform/config.js';
import { ConverterEnvironments } from './converter-environments.js';
import type { ConverterLimits } from './converter-process.js';

/** What a kind of work that runs converters needs of the settings. */
export interface ConverterParts {
  readonly environments: ConverterEnvironments;
  readonly limits: ConverterLimits;
  /** Where the folders of its runs lie. */
  readonly directory: string;
}

/**
 * Removes what runs left behind that died with an earlier server.
 *
 * @param folder its own, in the cache
 */
export async function openConverterParts(config: Config, folder: string): Promise<ConverterParts> {
  const directory = join(config.dataDirectory, 'cache', folder);
  await rm(directory, { recursive: true, force: true });
  return {
    directory,
    environments: new ConverterEnvironments(config.convertersDirectory),
    limits: {
      timeoutMs: config.converterMs,
      memoryBytes: config.converterMemoryBytes,
      fileBytes: 2 * config.maxArtifactBytes,
    },
  };
}
