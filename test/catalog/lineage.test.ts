import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import type { LineageDirection } from '../../src/catalog/index.js';
import { databaseKinds } from '../support/databases.js';
import { caller, linearModel, openCatalog, type CatalogHarness } from './catalog-harness.js';
import { rounds } from '../support/depth.js';

const VERSIONS = 14;
const RELATIONS = ['FINE_TUNED', 'QUANTIZED', 'PRUNED', 'DISTILLED', 'CONVERTED', 'AGGREGATED'] as const;

/** Version n is made from these; diamonds, a skipped generation, a second root and a version nobody uses. */
const PARENTS: Readonly<Record<number, readonly number[]>> = {
  2: [1],
  3: [1],
  4: [2, 3],
  5: [4, 1],
  6: [5],
  7: [6, 4],
  9: [8],
  10: [9, 7],
  11: [10, 6],
  12: [11],
  13: [12, 2],
};

/** How far each version is at most `depth` derivations from `start`, by breadth. */
function distances(start: number, next: (version: number) => readonly number[], depth: number) {
  const far = new Map([[start, 0]]);
  for (const version of far.keys())
    for (const other of next(version)) {
      const steps = (far.get(version) ?? 0) + 1;
      if (steps <= depth && !far.has(other)) far.set(other, steps);
    }
  return far;
}

const parentsOf = (version: number) => PARENTS[version] ?? [];
const childrenOf = (version: number) =>
  Object.keys(PARENTS)
    .map(Number)
    .filter((child) => parentsOf(child).includes(version));

/** Edges that are met on the way, as `child<parent`, and whether anything lies beyond. */
function expectedLineage(start: number, direction: LineageDirection, depth: number) {
  const nodes = new Set([start]);
  const edges = new Set<string>();
  let isComplete = true;
  for (const way of ['ANCESTORS', 'DESCENDANTS'] as const) {
    if (direction !== 'BOTH' && direction !== way) continue;
    const next = way === 'ANCESTORS' ? parentsOf : childrenOf;
    for (const [version, steps] of distances(start, next, depth)) {
      nodes.add(version);
      for (const other of next(version)) {
        if (steps === depth) {
          // An edge beyond the depth is left out unless a shorter way met it; from a node it is not.
          isComplete = false;
          continue;
        }
        edges.add(way === 'ANCESTORS' ? `${version}<${other}` : `${other}<${version}`);
      }
    }
  }
  return { nodes, edges, isComplete };
}

describe.each(databaseKinds)('lineage, %s database', (kind) => {
  let harness: CatalogHarness;
  const ids: string[] = [];
  const numbers = new Map<string, number>();
  beforeAll(async () => {
    harness = await openCatalog(kind);
    for (const name of ['even', 'odd']) await harness.register(name);
    const base64 = Buffer.from(linearModel(2)).toString('base64');
    const refs: string[] = [];
    for (let number = 1; number <= VERSIONS; number += 1) {
      const version = await harness.catalog.publishVersion(caller, {
        model: number % 2 === 0 ? 'even' : 'odd',
        artifact: { base64 },
        derivedFrom: parentsOf(number).map((parent) => ({
          version: refs[parent] ?? '',
          relation: RELATIONS[(number + parent) % RELATIONS.length] ?? 'PRUNED',
        })),
      });
      refs[number] = version.ref;
      ids[number] = version.id;
      numbers.set(version.id, number);
    }
  });
  afterAll(() => harness.close());

  it('finds what can be reached, and nothing else, up, down and both ways', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: VERSIONS }),
        fc.constantFrom<LineageDirection>('ANCESTORS', 'DESCENDANTS', 'BOTH'),
        fc.integer({ min: 1, max: 9 }),
        async (start, direction, depth) => {
          const id = ids[start] ?? '';
          const lineage = (await harness.catalog.lineagesOfVersions([id], direction, depth)).get(id);
          const expected = expectedLineage(start, direction, depth);
          const found = lineage?.versionIds.map((version) => numbers.get(version) ?? 0) ?? [];
          expect(found[0]).toBe(start);
          expect([...found].sort()).toEqual([...expected.nodes].sort());
          const edges = lineage?.derivations.map(
            ({ childId, parentId }) => `${numbers.get(childId) ?? 0}<${numbers.get(parentId) ?? 0}`,
          );
          expect(edges?.sort()).toEqual([...expected.edges].sort());
          expect(lineage?.isComplete).toBe(expected.isComplete);
        },
      ),
      { numRuns: rounds(60) },
    );
  });

  it('reads the graphs of many versions in as many operations as of one', async () => {
    const cost = async (versionIds: string[]) => {
      const before = harness.operations();
      const found = await harness.counted.lineagesOfVersions(versionIds, 'BOTH', 20);
      return { found, operations: harness.operations() - before };
    };
    const all = [...numbers.keys()];
    const [one, many] = [await cost(all.slice(0, 1)), await cost(all)];
    expect(many.operations).toBe(one.operations);
    for (const [id, number] of numbers)
      expect(many.found.get(id)?.versionIds).toHaveLength(expectedLineage(number, 'BOTH', 20).nodes.size);
  });

  it('stops in a graph too large to follow, and says so', async () => {
    const child = ids[VERSIONS] ?? '';
    const template = await harness.database.version.findUniqueOrThrow({ where: { id: child } });
    // 2,100 versions made from one: written straight into the table, since publishing as many reads as many files.
    await harness.database.$executeRaw`
      INSERT INTO "Version" ("id", "modelId", "number", "artifactDigest", "signature", "metrics", "createdBy")
      SELECT gen_random_uuid(), ${template.modelId}::uuid, 1000 + n, ${template.artifactDigest}, '{}', '[]', 'test'
      FROM generate_series(1, 2100) n`;
    await harness.database.$executeRaw`
      INSERT INTO "Derivation" ("childId", "parentId", "relation")
      SELECT "id", ${child}::uuid, 'DISTILLED' FROM "Version" WHERE "number" > 1000`;
    const lineage = (await harness.catalog.lineagesOfVersions([child], 'DESCENDANTS', 5)).get(child);
    expect(lineage?.derivations).toHaveLength(2_000);
    expect(lineage?.isComplete).toBe(false);
  });

  it('has no cycles: neither a version that does not exist yet nor the version itself can be a parent', async () => {
    const base64 = Buffer.from(linearModel(2)).toString('base64');
    await expect(
      harness.catalog.publishVersion(caller, {
        model: 'odd',
        artifact: { base64 },
        derivedFrom: [{ version: 'odd@8', relation: 'FINE_TUNED' }],
      }),
    ).rejects.toMatchObject({ code: 'VERSION_NOT_FOUND', field: ['derivedFrom', '0', 'version'] });
    const [, first = ''] = ids;
    await expect(
      harness.database.derivation.create({ data: { childId: first, parentId: first, relation: 'PRUNED' } }),
    ).rejects.toThrow(/Derivation_child_check/);
  });
});
