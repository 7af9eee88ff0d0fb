import type { ArtifactStore, StoredArtifact } from '../../artifacts/index.js';
import { DomainError } from '../../platform/errors.js';
import type { Caller } from '../../security/index.js';
import { type CatalogChanges } from '../catalog-changes.js';
import type { CatalogStores } from '../catalog-stores.js';
import { checkReason } from '../../platform/text/check-text.js';

export interface CollectArtifactsInput {
  /** Only says what would be removed. */
  readonly dryRun: boolean;
  /** How long ago, in hours, an artifact must have been uploaded to be removed. */
  readonly olderThanHours: number;
  /** Why, for the event. */
  readonly reason?: string | null | undefined;
}

export interface Collection {
  /** The first of them. */
  readonly artifacts: readonly StoredArtifact[];
  readonly count: number;
  /** Bytes of all of them. */
  readonly bytes: bigint;
}

const HOUR_MS = 3_600_000;
const MAX_HOURS = 24 * 365 * 10;
/** Removed in one transaction, which holds up publishers of one of them: short. */
const BATCH = 50;
const MAX_LISTED = 1_000;

/**
 * Removes the files no version refers to. An upload is allowed some time to become a version; and a file is removed
 * under a lock that publishing takes too, so that a version whose publication has begun finds its bytes or is refused
 * as if they had never come, but never loses them afterwards.
 */
export class ArtifactCollection {
  constructor(
    private readonly stores: CatalogStores,
    private readonly changes: CatalogChanges,
    private readonly artifacts: ArtifactStore,
  ) {}

  /** @throws DomainError INVALID_ARGUMENT */
  async collect(caller: Caller, input: CollectArtifactsInput): Promise<Collection> {
    const { dryRun, olderThanHours } = input;
    const reason = checkReason(input.reason);
    if (!(olderThanHours >= 0 && olderThanHours <= MAX_HOURS)) {
      throw new DomainError(
        'INVALID_ARGUMENT',
        `Expected olderThanHours from 0 to ${MAX_HOURS}, got ${olderThanHours}.`,
        { field: ['olderThanHours'] },
      );
    }
    const storedUntil = new Date(Date.now() - olderThanHours * HOUR_MS);
    const collected: { artifacts: StoredArtifact[]; count: number; bytes: bigint } = {
      artifacts: [],
      count: 0,
      bytes: 0n,
    };
    for await (const batch of this.candidates(storedUntil)) {
      const removed = dryRun
        ? await this.stores.versions.unreferenced(batch)
        : await this.remove(caller, batch, { storedUntil, reason });
      for (const { digest, size } of removed) {
        if (collected.artifacts.length < MAX_LISTED) collected.artifacts.push({ digest, size });
        collected.count += 1;
        collected.bytes += BigInt(size);
      }
    }
    return collected;
  }

  /** Files that are old enough, whether or not anything refers to them. */
  private async *candidates(storedUntil: Date): AsyncGenerator<StoredArtifact[]> {
    let batch: StoredArtifact[] = [];
    for await (const artifact of this.artifacts.list()) {
      if (artifact.storedAt > storedUntil) continue;
      batch.push(artifact);
      if (batch.length < BATCH) continue;
      yield batch;
      batch = [];
    }
    if (batch.length > 0) yield batch;
  }

  private async remove(
    caller: Caller,
    candidates: readonly StoredArtifact[],
    { storedUntil, reason }: { readonly storedUntil: Date; readonly reason: string | null },
  ): Promise<StoredArtifact[]> {
    // Most files belong to versions: no transaction for those.
    const likely = await this.stores.versions.unreferenced(candidates);
    if (likely.length === 0) return [];
    return this.changes.commit(async (tx) => {
      await this.stores.versions.beginCollection(tx);
      await this.stores.versions.lockArtifacts(
        tx,
        likely.map(({ digest }) => digest),
      );
      const removed: StoredArtifact[] = [];
      for (const artifact of await this.stores.versions.unreferenced(likely, tx)) {
        if (await this.artifacts.remove(artifact.digest, { storedUntil })) removed.push(artifact);
      }
      if (removed.length === 0) return { result: removed, events: [] };
      const digests = removed.map(({ digest }) => digest);
      await this.stores.versions.forgetArtifacts(tx, digests);
      const bytes = removed.reduce((sum, { size }) => sum + size, 0);
      return {
        result: removed,
        events: [
          {
            kind: 'ARTIFACTS_COLLECTED',
            message: `Removed ${removed.length} ${removed.length === 1 ? 'artifact' : 'artifacts'} of ${bytes} bytes that no version referred to`,
            actor: caller.actor,
            requestId: caller.requestId,
            data: { count: removed.length, bytes, digests, reason },
          },
        ],
      };
    });
  }
}
