import { z } from 'zod';
import type { JobWork, Reached, RunningJob } from '../../jobs/index.js';
import { DomainError } from '../../platform/errors.js';
import { StoreUnavailable } from '../../platform/failures.js';
import type { JsonObject } from '../../platform/events/index.js';
import type { StoredArtifact } from '../artifact-files.js';
import type { ArtifactStore } from '../artifact-store.js';
import { HashingThread } from './hashing-thread.js';

/** Of each kind so many are listed; all are counted. */
const MAX_LISTED = 1_000;

const tally = z.object({
  /** The last digest that was looked at: they are taken in their order. */
  after: z.string(),
  artifacts: z.number(),
  bytes: z.number(),
  sound: z.number(),
  damagedCount: z.number(),
  damaged: z.array(z.object({ digest: z.string(), actual: z.string() })),
  missingCount: z.number(),
  missing: z.array(z.string()),
  unreadableCount: z.number(),
  unreadable: z.array(z.string()),
});
type Tally = z.infer<typeof tally>;

const NOTHING: Tally = {
  after: '',
  artifacts: 0,
  bytes: 0,
  sound: 0,
  damagedCount: 0,
  damaged: [],
  missingCount: 0,
  missing: [],
  unreadableCount: 0,
  unreadable: [],
};

/**
 * The job VERIFY_ARTIFACTS: hashes all stored files anew, in the order of their digests, in a thread of low priority. What
 * comes or goes meanwhile is looked at or not; a file that was verified is not looked at again after a pause.
 */
export class ArtifactVerification implements JobWork {
  readonly kind = 'VERIFY_ARTIFACTS';

  constructor(
    private readonly artifacts: Pick<ArtifactStore, 'list' | 'recheck'>,
    /** The digests that must be there. */
    private readonly referenced: () => Promise<readonly string[]>,
  ) {}

  async prepare(): Promise<{ input: JsonObject; title: string }> {
    return { input: {}, title: 'Verify all artifacts' };
  }

  async run(job: RunningJob): Promise<JsonObject> {
    const found = tally.parse(job.checkpoint ?? NOTHING);
    const left = (await this.all()).filter(({ digest }) => digest > found.after);
    const totals = {
      artifacts: found.artifacts + left.length,
      bytes: found.bytes + left.reduce((sum, { size }) => sum + size, 0),
    };
    const thread = new HashingThread();
    try {
      for (const artifact of left) {
        await this.look(artifact, found, job, thread, totals);
        found.after = artifact.digest;
        await job.save(found, reached(found, totals, 0));
      }
    } finally {
      await thread.close();
    }
    return Object.fromEntries(Object.entries(found).filter(([name]) => name !== 'after'));
  }

  /** What is stored and what should be, by digest. */
  private async all(): Promise<StoredArtifact[]> {
    const sizes = new Map<string, number>((await this.referenced()).map((digest) => [digest, 0]));
    for await (const { digest, size } of this.artifacts.list()) sizes.set(digest, size);
    return [...sizes]
      .map(([digest, size]) => ({ digest, size }))
      .sort((one, other) => (one.digest < other.digest ? -1 : 1));
  }

  private async look(
    { digest, size }: StoredArtifact,
    found: Tally,
    job: RunningJob,
    thread: HashingThread,
    totals: Totals,
  ): Promise<void> {
    const onProgress = (bytes: number) => job.report(reached(found, totals, bytes));
    try {
      const actual = await this.artifacts.recheck(digest, (path) =>
        thread.digestOf(path, job.signal, onProgress),
      );
      if (actual === digest) found.sound += 1;
      else {
        found.damagedCount += 1;
        if (found.damaged.length < MAX_LISTED) found.damaged.push({ digest, actual });
        job.log(`${digest} is damaged: its bytes are those of ${actual}`);
      }
    } catch (error) {
      job.signal.throwIfAborted();
      if (error instanceof DomainError && error.code === 'ARTIFACT_NOT_FOUND') {
        // One that nothing refers to was removed meanwhile.
        if (!(await this.referenced()).includes(digest)) {
          totals.artifacts -= 1;
          totals.bytes -= size;
          return;
        }
        found.missingCount += 1;
        if (found.missing.length < MAX_LISTED) found.missing.push(digest);
        job.log(`${digest} is missing, and versions refer to it`);
      } else if (error instanceof StoreUnavailable) {
        found.unreadableCount += 1;
        if (found.unreadable.length < MAX_LISTED) found.unreadable.push(digest);
        job.log(`${digest} cannot be read: ${error.message}`);
      } else throw error;
    }
    found.artifacts += 1;
    found.bytes += size;
  }
}

interface Totals {
  artifacts: number;
  bytes: number;
}

/** @param ahead bytes of the artifact that is being read */
function reached(found: Tally, totals: Readonly<Totals>, ahead: number): Reached {
  return {
    done: found.artifacts,
    total: totals.artifacts,
    failed: found.damagedCount + found.missingCount + found.unreadableCount,
    ...(totals.bytes > 0 && { share: (found.bytes + ahead) / totals.bytes }),
  };
}
