import { mkdtemp, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { ModelRecord } from '../../src/catalog/index.js';
import { GitCommand } from '../../src/platform/children/git-command.js';
import { readReferences } from '../../src/git/reference-file.js';
import { RepositoryCache } from '../../src/git/repository-cache.js';
import { createLogger } from '../../src/platform/logging.js';
import { caller, openCatalog, type CatalogHarness } from '../catalog/catalog-harness.js';
import { anyDatabaseKind } from '../support/databases.js';
import { gitIsInstalled } from '../support/git-client.js';

(gitIsInstalled ? describe : describe.skip).each(anyDatabaseKind)(
  'repositories on disk, %s database',
  (kind) => {
    let harness: CatalogHarness;
    let root: string;
    beforeAll(async () => {
      harness = await openCatalog(kind);
      root = await mkdtemp(join(tmpdir(), 'retort-repositories-'));
    });
    afterAll(async () => {
      await rm(root, { recursive: true, force: true });
      await harness.close();
    });

    const open = (directory: string, maxBytes?: number, catalog = harness.catalog) =>
      new RepositoryCache({
        directory,
        catalog,
        // Nothing here came with an archive.
        transfer: { missingParentsOfVersions: async () => [] },
        evaluations: { newestOfModel: async () => [] },
        events: harness.events,
        logger: createLogger('silent'),
        ...(maxBytes !== undefined && { maxBytes }),
      });
    const modelOf = async (name: string) => harness.catalog.requireModel(name);
    const idsIn = async (cache: RepositoryCache, name: string) =>
      cache.use(await modelOf(name), async (directory) =>
        [...(await readReferences(directory))].map(([ref, { id }]) => `${ref} ${id}`),
      );

    /** Many versions of the same bytes, without the cost of reading them each time. */
    async function addVersions(model: ModelRecord, count: number): Promise<void> {
      await harness.database.$executeRaw`
      INSERT INTO "Version" ("id", "modelId", "number", "artifactDigest", "signature", "metrics", "createdBy", "notes")
      SELECT gen_random_uuid(), v."modelId", m."latestVersion" + n, v."artifactDigest", v."signature", v."metrics", 'bulk', 'Run ' || n
      FROM "Model" m JOIN "Version" v ON v."modelId" = m."id" AND v."number" = 1, generate_series(1, ${count}) AS n
      WHERE m."id" = ${model.id}::uuid`;
      await harness.database.$executeRaw`
      UPDATE "Model" SET "latestVersion" = "latestVersion" + ${count} WHERE "id" = ${model.id}::uuid`;
    }

    it('hold any number of versions, and get only what is new', async () => {
      await harness.register('many', { card: 'card' });
      await harness.publish('many');
      await addVersions(await modelOf('many'), 304);
      const directory = join(root, 'many');
      const cache = open(directory, undefined, harness.counted);
      const first = await idsIn(cache, 'many');
      expect(first.filter((ref) => ref.startsWith('refs/versions/'))).toHaveLength(305);

      const before = harness.operations();
      expect(await idsIn(cache, 'many')).toEqual(first);
      expect(harness.operations()).toBe(before);
      await addVersions(await modelOf('many'), 3);
      const second = await idsIn(cache, 'many');
      // Names, and one page with its descriptions, artifacts, derivations and their parents.
      expect(harness.operations() - before).toBeLessThanOrEqual(8);
      expect(second).toEqual(expect.arrayContaining(first.filter((ref) => !ref.startsWith('refs/heads/'))));
      expect(second).toHaveLength(first.length + 3);
      const { length: packs } = await cache.use(await modelOf('many'), (repository) => packsOf(repository));
      expect(packs).toBe(2);
      const afresh = open(join(root, 'afresh'));
      expect(await idsIn(afresh, 'many')).toEqual(second);
      await Promise.all([cache.close(), afresh.close()]);
    });

    it('hold the examples of all versions, also where they are more than fits into memory at once', async () => {
      await harness.register('shown');
      await harness.publish('shown');
      const model = await modelOf('shown');
      await addVersions(model, 35);
      // Each as large as one version's may be, and those of all larger than an answer may be.
      await harness.database.$executeRaw`
        INSERT INTO "VersionExample" ("versionId", "position", "content", "bytes")
        SELECT "id", 0, '{"instance": "' || repeat('x', 1000000) || '"}', 1000016 FROM "Version"
        WHERE "modelId" = ${model.id}::uuid AND "number" > 1`;
      const cache = open(join(root, 'shown'));
      const git = new GitCommand(root);
      const found = await cache.use(await modelOf('shown'), (directory) => {
        const env = { GIT_DIR: directory };
        return Promise.all([
          git.run(['ls-tree', '--name-only', 'refs/versions/1', 'examples.json'], { env }),
          git.run(['cat-file', '-s', 'refs/versions/2:examples.json'], { env }),
          git.run(['cat-file', '-s', 'refs/versions/36:examples.json'], { env }),
        ]);
      });
      // The text itself and 31 characters around it.
      expect(found).toEqual(['', '1000031\n', '1000031\n']);
      await cache.close();
    });

    // What follows asks nothing more of the database.
    if (kind !== 'embedded') return;

    it('join their packs before there are many', async () => {
      await harness.register('growing');
      await harness.publish('growing');
      const model = await modelOf('growing');
      const cache = open(join(root, 'growing'));
      let most = 0;
      for (let count = 0; count < 21; count += 1) {
        await addVersions(model, 1);
        const packs = await cache.use(await modelOf('growing'), (repository) => packsOf(repository));
        most = Math.max(most, packs.length);
      }
      expect(most).toBeLessThan(21);
      expect((await idsIn(cache, 'growing')).filter((ref) => ref.startsWith('refs/versions/'))).toHaveLength(
        22,
      );
      await cache.close();
    });

    it('go on after a server that died at any moment', async () => {
      await harness.register('dying');
      await harness.publish('dying');
      await addVersions(await modelOf('dying'), 120);
      const wanted = await idsIn(open(join(root, 'whole')), 'dying');
      const directory = join(root, 'dying');
      for (const ms of [0, 5, 20, 40, 80, 160]) {
        const cache = open(directory);
        const model = await modelOf('dying');
        const using = cache.use(model, async () => undefined).catch(() => undefined);
        await delay(ms);
        await Promise.all([cache.close(), using]);
        // What a process leaves that has no time to end what it does.
        const repository = join(directory, `${model.id}.git`);
        if (await stat(join(repository, 'objects', 'pack')).catch(() => null)) {
          await writeFile(join(repository, 'objects', 'pack', 'tmp_pack_dead'), 'half');
          await writeFile(join(repository, 'packed-refs.new'), 'half');
        }
      }
      const cache = open(directory);
      expect(await idsIn(cache, 'dying')).toEqual(wanted);
      expect(await readdir(join(directory, 'tmp'))).toEqual([]);
      await cache.close();
    });

    it('are mended from whatever became of their files', async () => {
      await harness.register('damaged');
      await harness.publish('damaged');
      await addVersions(await modelOf('damaged'), 2);
      const directory = join(root, 'damaged');
      const first = open(directory);
      const wanted = await idsIn(first, 'damaged');
      await first.close();
      const repository = join(directory, `${(await modelOf('damaged')).id}.git`);
      const damages: (() => Promise<void>)[] = [
        () => writeFile(join(repository, 'packed-refs'), 'nonsense\nnonsense\n'),
        () => writeFile(join(repository, 'packed-refs'), ''),
        () => writeFile(join(repository, 'HEAD'), ''),
        async () => {
          for (const pack of await packsOf(repository)) {
            const path = join(repository, 'objects', 'pack', pack);
            const bytes = await readFile(path);
            const middle = bytes.length >> 1;
            bytes[middle] = (bytes[middle] ?? 0) ^ 1;
            await rm(path);
            await writeFile(path, bytes);
          }
        },
        () => rm(join(repository, 'objects'), { recursive: true }),
      ];
      for (const damage of damages) {
        await damage();
        const cache = open(directory);
        expect(await idsIn(cache, 'damaged')).toEqual(wanted);
        await cache.close();
      }
    });

    it('make room for each other, and go with their models', async () => {
      for (const name of ['one', 'two']) {
        await harness.register(name);
        await harness.publish(name);
      }
      const directory = join(root, 'small');
      const cache = open(directory, 1);
      await idsIn(cache, 'one');
      await idsIn(cache, 'two');
      expect(await repositoriesIn(directory)).toEqual([`${(await modelOf('two')).id}.git`]);
      expect((await idsIn(cache, 'one')).length).toBe(2);
      await cache.close();

      const { id } = await modelOf('one');
      const unseen = join(root, 'unseen');
      await rename(directory, unseen);
      await harness.catalog.archiveModel(caller, { name: 'one', archived: true });
      await harness.catalog.deleteModel(caller, { name: 'one' });
      // Of a server that ended between the deletion and this.
      const next = open(unseen);
      expect(await repositoriesIn(unseen)).toEqual([`${id}.git`]);
      await idsIn(next, 'two');
      expect(await repositoriesIn(unseen)).toEqual([`${(await modelOf('two')).id}.git`]);
      await next.close();
    });
  },
);

async function packsOf(repository: string): Promise<string[]> {
  const files = await readdir(join(repository, 'objects', 'pack'));
  return files.filter((name) => name.endsWith('.pack'));
}

async function repositoriesIn(directory: string): Promise<string[]> {
  return (await readdir(directory)).filter((name) => name.endsWith('.git'));
}
