import { DomainError } from '../platform/errors.js';
import type { LineageStep, LineageStore } from './lineage-store.js';
import type { DerivationRecord, LineageDirection, LineageRecord } from './catalog-records.js';

const MAX_LINEAGE_DEPTH = 100;
/** Met derivations at most, for one version and direction: a larger graph cannot be looked at. */
const MAX_DERIVATIONS = 2_000;

/**
 * The graph of derivations around each version, by its id; one statement for all of them and each direction.
 *
 * @param depth how many derivations away at most.
 * @throws DomainError INVALID_ARGUMENT
 */
export async function lineages(
  store: LineageStore,
  versionIds: readonly string[],
  direction: LineageDirection,
  depth: number,
): Promise<Map<string, LineageRecord>> {
  if (!Number.isInteger(depth) || depth < 1 || depth > MAX_LINEAGE_DEPTH) {
    throw new DomainError(
      'INVALID_ARGUMENT',
      `Expected a depth from 1 to ${MAX_LINEAGE_DEPTH}, got ${depth}.`,
      { field: ['depth'] },
    );
  }
  // One further than asked for, to know whether there is more.
  const limits = { steps: depth + 1, take: MAX_DERIVATIONS };
  const ways = (['up', 'down'] as const).filter(
    (way) => direction === 'BOTH' || (direction === 'ANCESTORS') === (way === 'up'),
  );
  const walks = await Promise.all(ways.map((way) => store.walk(versionIds, way, limits)));
  return new Map(
    versionIds.map((id) => [
      id,
      gather(
        id,
        walks.map((steps) => steps.filter(({ root }) => root === id)),
        depth,
      ),
    ]),
  );
}

/** What walks from one version met, each thing once, without what lies beyond the depth. */
function gather(root: string, walks: readonly (readonly LineageStep[])[], depth: number): LineageRecord {
  const near = walks.flat().filter(({ steps }) => steps <= depth);
  near.sort((a, b) => a.steps - b.steps);
  const versionIds = new Set([root]);
  const derivations = new Map<string, DerivationRecord>();
  for (const { childId, parentId, relation } of near) {
    versionIds.add(childId).add(parentId);
    derivations.set(`${childId} ${parentId}`, { childId, parentId, relation });
  }
  const isCut = walks.some(
    (steps) =>
      steps.length >= MAX_DERIVATIONS ||
      steps.some(
        ({ childId, parentId, steps: far }) => far > depth && !derivations.has(`${childId} ${parentId}`),
      ),
  );
  return { versionIds: [...versionIds], derivations: [...derivations.values()], isComplete: !isCut };
}
