import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { DomainError } from '../../../src/platform/errors.js';
import { databaseKinds } from '../../support/databases.js';
import { UndoList, type AliasStep } from '../../support/undo-list.js';
import { caller, openCatalog, type CatalogHarness } from '../catalog-harness.js';
import { rounds } from '../../support/depth.js';

const VERSIONS = 4;

const version = fc.integer({ min: 1, max: VERSIONS });
const step: fc.Arbitrary<AliasStep> = fc.oneof(
  { weight: 5, arbitrary: fc.record({ do: fc.constant('set' as const), version }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('protect' as const), value: fc.boolean() }) },
  { weight: 1, arbitrary: fc.constant({ do: 'remove' as const }) },
  {
    weight: 4,
    arbitrary: fc.record({ do: fc.constant('back' as const), steps: fc.integer({ min: 1, max: 3 }) }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('back to' as const), version }) },
);

describe.each(databaseKinds)('rolling an alias back, %s database', (kind) => {
  let harness: CatalogHarness;
  const numbers = new Map<string, number>();
  let runs = 0;
  beforeAll(async () => {
    harness = await openCatalog(kind);
    await harness.register('undo');
    for (let number = 1; number <= VERSIONS; number += 1) await harness.publish('undo');
    for (let number = 1; number <= VERSIONS; number += 1)
      numbers.set((await harness.catalog.resolveVersion(`undo@${number}`)).id, number);
  });
  afterAll(() => harness.close());

  async function apply(alias: string, step: AliasStep, now: number | null): Promise<string | null> {
    const { catalog } = harness;
    const change = { model: 'undo', alias, reason: 'property' };
    try {
      if (step.do === 'set') await catalog.setAlias(caller, { ...change, version: String(step.version) });
      else if (step.do === 'remove') await catalog.removeAlias(caller, change);
      else if (step.do === 'back') await catalog.rollbackAlias(caller, { ...change, steps: step.steps });
      else if (step.do === 'back to')
        await catalog.rollbackAlias(caller, { ...change, to: String(step.version) });
      else if (now !== null)
        await catalog.setAlias(caller, { ...change, version: String(now), protected: step.value });
      return null;
    } catch (error) {
      if (error instanceof DomainError) return error.code;
      throw error;
    }
  }

  it('does what undo does in an editor, and its history says so', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 12 }), async (steps) => {
        runs += 1;
        const alias = `alias-${runs}`;
        const expected = new UndoList();
        const model = (await harness.catalog.findModel('undo'))?.id ?? '';
        const targets: (number | null)[] = [null];
        for (const one of steps) {
          const refusal = expected.apply(one);
          expect(await apply(alias, one, expected.target)).toBe(refusal);
          const isRollback = one.do === 'back' || one.do === 'back to';
          if (refusal === null && (isRollback || targets.at(-1) !== expected.target))
            targets.push(expected.target);
          const [found] = await harness.catalog.aliasesByNames([{ modelId: model, name: alias }]);
          expect(numbers.get(found?.versionId ?? '') ?? null).toBe(expected.target);
        }
        const history = (
          await harness.catalog.historyOfAliases([{ modelId: model, name: alias }], {
            take: 100,
            fromEnd: false,
          })
        ).reverse();
        const moves = history.filter(({ kind: what }) => !what.endsWith('PROTECTED'));
        expect(moves.map(({ toNumber }) => toNumber)).toEqual(targets.slice(1));
        history.forEach((change, index) => {
          expect(change.fromNumber).toBe(history[index - 1]?.toNumber ?? null);
          expect(change.at >= (history[index - 1]?.at ?? change.at)).toBe(true);
        });
        await harness.catalog
          .removeAlias(caller, { model: 'undo', alias, reason: 'the next run has its own' })
          .catch(() => undefined);
      }),
      { numRuns: rounds(20) },
    );
  });

  it('leaves nothing in the way of deleting the model', async () => {
    await harness.catalog.archiveModel(caller, { name: 'undo', archived: true });
    await harness.catalog.deleteModel(caller, { name: 'undo' });
    expect(await harness.database.aliasMove.count()).toBe(0);
  });
});
