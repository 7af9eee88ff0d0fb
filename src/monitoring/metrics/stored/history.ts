import { LRUCache } from 'lru-cache';
import { inTurns } from '../../../platform/in-turns.js';
import { DeploymentTally } from '../tallies/deployment-tally.js';
import { cover } from './cover.js';
import type { MetricsStore, StoredTally } from './metrics-store.js';

/** Late rows may come for so long without being seen. */
const REMEMBERED_MS = 60_000;
const MAX_REMEMBERED_BYTES = 16 * 1_024 * 1_024;
/** Read together: their tallies are in memory at once. */
const DEPLOYMENTS = 20;

/** Reads what was measured before what is in memory. */
export class History {
  /** Sums that are asked for again and again, such as by alert rules. */
  private readonly sums = new LRUCache<string, Uint8Array>({
    maxSize: MAX_REMEMBERED_BYTES,
    sizeCalculation: (bytes) => bytes.length + 100,
    ttl: REMEMBERED_MS,
  });

  constructor(private readonly store: MetricsStore) {}

  /**
   * Adds what happened to each deployment from `since` until before `until` (seconds, multiples of 10).
   *
   * @throws DomainError UNAVAILABLE
   */
  async addTo(sums: ReadonlyMap<string, DeploymentTally>, since: number, until: number): Promise<void> {
    const asked: string[] = [];
    for (const [id, sum] of sums) {
      const known = this.sums.get(keyOf(id, since, until));
      if (known) sum.add(known);
      else asked.push(id);
    }
    for (let place = 0; place < asked.length; place += DEPLOYMENTS) {
      const ids = asked.slice(place, place + DEPLOYMENTS);
      const rows = await this.store.read(ids, cover(since, until));
      const found = new Map(ids.map((id) => [id, new DeploymentTally()]));
      await inTurns(adding(rows, ({ deploymentId }) => found.get(deploymentId)));
      for (const [id, tally] of found) {
        const bytes = tally.bytes();
        this.sums.set(keyOf(id, since, until), bytes);
        sums.get(id)?.add(bytes);
      }
    }
  }

  /**
   * Adds what happened to one deployment to the points of a chart.
   *
   * @param points `step` seconds each, the first from `since` on
   * @throws DomainError UNAVAILABLE
   */
  async addToPoints(
    points: readonly DeploymentTally[],
    { id, since, until, step }: { id: string; since: number; until: number; step: number },
    unit: number,
  ): Promise<void> {
    const rows = await this.store.read([id], cover(since, until, unit));
    await inTurns(adding(rows, ({ start }) => points[Math.floor((start - since) / step)]));
  }
}

function* adding(
  rows: readonly StoredTally[],
  sumOf: (row: StoredTally) => DeploymentTally | undefined,
): Generator<undefined> {
  for (const row of rows) {
    sumOf(row)?.add(row.data);
    yield undefined;
  }
}

function keyOf(id: string, since: number, until: number): string {
  return `${since} ${until} ${id}`;
}
