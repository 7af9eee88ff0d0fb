import { createHash, randomUUID } from 'node:crypto';
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { deserialize, serialize } from 'node:v8';
import type { VersionRecord } from '../catalog/index.js';
import type { Logger } from '../platform/logging.js';
import type { Fit } from './fit.js';

/** Another number for another way of fitting: what an older server left is passed over. */
const FORMAT = 1;
const HASH_BYTES = 32;

/** Fits on disk, by what they are made of; may be deleted at any time. */
export class FitFiles {
  constructor(
    private readonly directory: string,
    private readonly logger: Logger,
  ) {}

  /** Null where there is none, or one that is damaged. */
  async read(version: VersionRecord): Promise<Fit | null> {
    let bytes: Buffer;
    try {
      bytes = await readFile(this.pathOf(version));
    } catch {
      return null;
    }
    const content = bytes.subarray(HASH_BYTES);
    return bytes.subarray(0, HASH_BYTES).equals(hashOf(content)) ? (deserialize(content) as Fit) : null;
  }

  /** What cannot be written is fitted again another time. */
  async write(version: VersionRecord, fit: Fit): Promise<void> {
    const path = this.pathOf(version);
    const temporary = `${path}.${randomUUID()}`;
    try {
      const content = serialize(fit);
      await mkdir(this.directory, { recursive: true });
      await writeFile(temporary, Buffer.concat([hashOf(content), content]));
      await rename(temporary, path);
    } catch (error) {
      this.logger.warn({ err: error, version: version.ref }, 'what its data says could not be kept');
      await rm(temporary, { force: true }).catch(() => undefined);
    }
  }

  private pathOf({
    artifactDigest,
    rewrites,
    pipeline,
    attachments,
    disclosesTraining,
  }: VersionRecord): string {
    const made = JSON.stringify([FORMAT, artifactDigest, rewrites, pipeline, attachments, disclosesTraining]);
    return join(this.directory, `${createHash('sha256').update(made).digest('hex')}.fit`);
  }
}

function hashOf(content: Uint8Array): Buffer {
  return createHash('sha256').update(content).digest();
}
