import { join } from 'node:path';
import { ArtifactStore } from '../../artifacts/index.js';
import type { JobService } from '../../jobs/index.js';
import { ResultFiles } from './result-files.js';
import { Space } from './space.js';
import { UploadedFiles } from './uploaded-files.js';

/** Everything jobs read and write as files, within one limit. */
export class JobFiles {
  private constructor(
    readonly uploads: UploadedFiles,
    readonly results: ResultFiles,
  ) {}

  static async open(directory: string, maxBytes: number): Promise<JobFiles> {
    const space = new Space(maxBytes);
    const store = await ArtifactStore.open({ directory: join(directory, 'uploads'), maxBytes });
    const uploads = await UploadedFiles.open(store, space);
    return new JobFiles(uploads, await ResultFiles.open(join(directory, 'results'), space));
  }

  /**
   * Removes what is older than a week, except what jobs that are not over need.
   *
   * @param scheduled digests of files that jobs will read again and again
   */
  async removeOld(jobs: Pick<JobService, 'page'>, scheduled: ReadonlySet<string>): Promise<void> {
    const unfinished = await jobs.page(
      { states: ['QUEUED', 'RUNNING', 'PAUSED'] },
      { take: MAX_UNFINISHED, fromEnd: false },
    );
    const files = new Set(unfinished.flatMap(({ input }) => artifactOf(input.artifact)));
    await this.uploads.removeOld(new Set([...files, ...scheduled]));
    await this.results.removeOld(new Set(unfinished.map(({ id }) => id)));
  }
}

/** More are not let in. */
const MAX_UNFINISHED = 1_000;

function artifactOf(given: unknown): string[] {
  return typeof given === 'string' ? [given] : [];
}
