import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { CatalogService } from '../../../src/catalog/index.js';
import { DriftService } from '../../../src/monitoring/index.js';
import { DriftSlotStore, type Counted } from '../../../src/monitoring/drift/drift-slot-store.js';
import { addCounts, countRow, noCounts } from '../../../src/monitoring/drift/live-counts.js';
import { ReferenceCollector } from '../../../src/monitoring/drift/reference-collector.js';
import { ReferenceStore } from '../../../src/monitoring/drift/reference-store.js';
import type { Reference } from '../../../src/monitoring/drift/reference.js';
import type { DatabaseHandle } from '../../../src/platform/database/index.js';
import { createLogger } from '../../../src/platform/logging.js';
import { databaseKinds, openTestDatabase } from '../../support/databases.js';
import { loggingDeployment } from '../support/logging-deployment.js';

const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;

describe.each(databaseKinds)('counts for drift on %s', (kind) => {
  let database: DatabaseHandle;
  let store: DriftSlotStore;
  let counted: Counted;
  let versionId: string;
  beforeAll(async () => {
    database = await openTestDatabase(kind);
    store = new DriftSlotStore(database.client);
    const made = await loggingDeployment(database.client, 'drifting', null);
    ({ versionId } = made);
    counted = { reference: await newReference(), deploymentId: made.deployment.id };
  });
  afterAll(() => database.close());

  const newReference = (): Promise<Reference> => {
    const collector = new ReferenceCollector();
    for (let row = 0; row < 500; row += 1)
      collector.row('INFER', true, (observe) => {
        observe({ operation: 'INFER', role: 'INPUT', name: 'x', unit: null }, Math.sin(row));
        observe({ operation: 'INFER', role: 'OUTPUT', name: 'y', unit: null }, row % 3 === 0 ? 'yes' : 'no');
      });
    const reference = { versionId, source: 'TRAINING_DATA', rows: 500, unanswered: 0 } as const;
    const about = { createdBy: 'ada', reason: null, features: collector.features(null) };
    return database.client.$transaction((tx) =>
      new ReferenceStore(database.client).replace(tx, { ...reference, ...about }),
    );
  };
  const counts = (seed: number) => {
    const seen = noCounts(counted.reference);
    for (let row = 0; row < 50; row += 1) {
      const values = [Math.cos(seed + row), row === 7 ? null : row % 2 ? 'yes' : 'perhaps'];
      countRow(counted.reference.features, seen, { operation: 'INFER', values, read: true });
    }
    return seen;
  };

  it('add up in whatever portions they come, and stay the same when minutes become hours', async () => {
    const hour = Math.floor((Date.now() - 10 * HOUR_MS) / HOUR_MS) * HOUR_MS;
    const spans = [0, 1, 1, 59, 60].map((minute, index) => ({
      at: new Date(hour + minute * MINUTE_MS),
      counts: counts(index),
    }));
    for (const span of spans) expect(await store.add(counted, [span])).toBe(true);
    const total = noCounts(counted.reference);
    for (const span of spans) addCounts(total, span.counts);
    const rows = async () => database.client.driftSlot.findMany({ orderBy: { at: 'asc' } });
    expect((await rows()).map(({ seconds }) => seconds)).toEqual([60, 60, 60, 60]);
    expect((await store.sum(counted, new Date(hour))).counts).toEqual(total);

    const old = new Date(Date.now() - 32 * 24 * HOUR_MS);
    await store.add(counted, [{ at: old, counts: counts(9) }]);
    const recent = { at: new Date(Math.floor(Date.now() / MINUTE_MS) * MINUTE_MS), counts: counts(8) };
    await store.add(counted, [recent]);
    const service = new DriftService({
      database: database.client,
      // Whoever tidies asks for no version.
      catalog: {} as CatalogService,
      logger: createLogger('silent'),
    });
    await service.tidy();
    await service.tidy();
    await service.close();
    expect((await rows()).map(({ seconds, at }) => [seconds, at.getTime()])).toEqual([
      [3_600, hour],
      [3_600, hour + HOUR_MS],
      [60, recent.at.getTime()],
    ]);
    addCounts(total, recent.counts);
    const kept = await store.sum(counted, new Date(hour));
    expect(kept.firstAt).toEqual(new Date(hour));
    for (const [index, feature] of total.entries()) {
      const { sums, ...whole } = kept.counts[index] ?? noCounts(counted.reference)[0]!;
      expect(whole).toEqual({
        rows: feature.rows,
        missing: feature.missing,
        outside: feature.outside,
        counts: feature.counts,
      });
      for (const [bin, sum] of feature.sums.entries()) expect(sums[bin]).toBeCloseTo(sum, 9);
    }
    expect(total.map(({ rows: seen, missing }) => [seen, missing])).toEqual([
      [300, 0],
      [300, 6],
    ]);
  });

  it('go with their reference, and none comes after', async () => {
    const before = counted;
    counted = { ...counted, reference: await newReference() };
    expect(await database.client.driftSlot.count()).toBe(0);
    const late = [{ at: new Date(), counts: counts(1) }];
    expect(await store.add(before, late)).toBe(false);
    expect(await database.client.driftSlot.count()).toBe(0);
    expect(await store.add({ ...counted, deploymentId: versionId }, late)).toBe(false);
  });
});
