import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { DatabaseHandle } from '../../src/platform/database/index.js';
import { databaseKinds, openTestDatabase } from '../support/databases.js';

describe.each(databaseKinds)('database on %s', (kind) => {
  let database: DatabaseHandle;
  beforeAll(async () => {
    database = await openTestDatabase(kind);
  });
  afterAll(() => database.close());

  const register = (name: string) =>
    database.client.model.create({ data: { name, title: name, domain: 'GENERAL', createdBy: 'test' } });

  it('gives every query its own answer while others and transactions run', async () => {
    await Promise.all(Array.from({ length: 20 }, (_, index) => register(`concurrent-${index}`)));
    const answers = await Promise.all(
      Array.from({ length: 200 }, async (_, index) => {
        const name = `concurrent-${index % 20}`;
        if (index % 3 === 0) return (await database.client.eventCursor.findMany()).length === 1;
        if (index % 3 === 1)
          return (await database.client.model.findUniqueOrThrow({ where: { name } })).name === name;
        return database.client.$transaction(async (tx) => {
          await tx.model.update({ where: { name }, data: { summary: name } });
          return (await tx.model.findUniqueOrThrow({ where: { name } })).summary === name;
        });
      }),
    );
    expect(answers.every(Boolean)).toBe(true);
  });

  describe('holds what must never be broken, whatever the code does', () => {
    const artifactDigest = `sha256:${'0'.repeat(64)}`;
    let modelId: string;
    let otherId: string;
    let versionId: string;
    beforeAll(async () => {
      modelId = (await register('constraints')).id;
      otherId = (await register('constraints-other')).id;
      const artifact = {
        digest: artifactDigest,
        size: 1n,
        format: 'ONNX',
        opsets: [],
        metadata: {},
        parameterCount: 0n,
        operators: {},
      };
      await database.client.artifact.create({ data: artifact });
      versionId = (await publish(1)).id;
    });
    const publish = (number: number) =>
      database.client.version.create({
        data: { modelId, number, artifactDigest, signature: {}, metrics: [], createdBy: 'test' },
      });

    it('one number per version of a model', () =>
      expect(publish(1)).rejects.toMatchObject({ code: 'P2002' }));

    it('numbers that begin at 1', () => expect(publish(0)).rejects.toThrow(/Version_number_check/));

    it('names that fit the pattern', () =>
      expect(register('Not A Name')).rejects.toThrow(/Model_name_check/));

    it('no version without its artifact', () =>
      expect(
        database.client.version.create({
          data: {
            modelId,
            number: 9,
            artifactDigest: `sha256:${'1'.repeat(64)}`,
            signature: {},
            metrics: [],
            createdBy: 'test',
          },
        }),
      ).rejects.toMatchObject({ code: 'P2003' }));

    it('no model deleted from under its versions', () =>
      expect(database.client.model.delete({ where: { id: modelId } })).rejects.toThrow());

    it('one target per alias', async () => {
      const point = () =>
        database.client.alias.create({ data: { modelId, name: 'production', versionId, updatedBy: 'test' } });
      await point();
      await expect(point()).rejects.toMatchObject({ code: 'P2002' });
    });

    it('no tag or alias of one model on a version of another', async () => {
      const stray = { modelId: otherId, name: 'stray', versionId };
      await expect(
        database.client.alias.create({ data: { ...stray, updatedBy: 'test' } }),
      ).rejects.toMatchObject({ code: 'P2003' });
      await expect(
        database.client.tag.create({ data: { ...stray, createdBy: 'test' } }),
      ).rejects.toMatchObject({ code: 'P2003' });
    });

    it('one revision of a deployment serving at a time', async () => {
      const deployment = await database.client.deployment.create({ data: { name: 'constraints', modelId } });
      const serve = (number: number) =>
        database.client.deploymentRevision.create({
          data: {
            deploymentId: deployment.id,
            number,
            versionId,
            runtime: {},
            state: 'READY',
            createdBy: 'test',
          },
        });
      await serve(1);
      await expect(serve(2)).rejects.toMatchObject({ code: 'P2002' });
    });

    it('one event counter', () =>
      expect(database.client.eventCursor.create({ data: { id: 2 } })).rejects.toThrow(/single_row/));
  });
});
