import { cp, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import type { Config } from '../../src/platform/config.js';
import { createTestDatabase, databaseKinds, type TestDatabase } from '../support/databases.js';
import { onPostgres } from '../support/linked-app.js';
import { startTestApp, type TestApp } from '../support/test-app.js';
import { scale, serve } from './support/catalog-steps.js';
import { scalingModel } from './support/own-models.js';

type Pair = Pick<Config, 'dataDirectory' | 'databaseUrl'>;

const start = (pair: Pair, config: Partial<Config> = {}): Promise<TestApp> =>
  startTestApp({
    kind: pair.databaseUrl === undefined ? 'embedded' : 'postgresql',
    reuse: { config: pair, close: () => Promise.resolve() },
    config,
  });
const answers = async (app: TestApp) => {
  expect(await scale(app, { deployment: 'esol' }, [1, 0, 0, 0])).toEqual([2, 0, 0, 0]);
};
const idIn = async ({ dataDirectory }: Pair) => readFile(join(dataDirectory, 'installation.id'), 'utf8');

async function served(database: TestDatabase): Promise<Pair> {
  const { dataDirectory, databaseUrl } = database;
  const app = await start({ dataDirectory, databaseUrl });
  await serve(app, 'esol', scalingModel(2));
  await app.stop();
  return { dataDirectory, databaseUrl };
}

describe.each(databaseKinds)('an installation from before there were ids, %s database', (kind) => {
  let database: TestDatabase;
  let pair: Pair;
  beforeAll(async () => {
    database = await createTestDatabase(kind);
    pair = await served(database);
  });
  afterAll(() => database.drop());

  it('is known by its files, and has an id from then on', async () => {
    const id = await idIn(pair);
    await rm(join(pair.dataDirectory, 'installation.id'));
    const app = await start(pair);
    await answers(app);
    await app.stop();
    expect(await idIn(pair)).toBe(id);
  });

  it('is refused when a model file is not there, which says how many', async () => {
    const [aside, artifacts] = ['aside', 'artifacts'].map((name) => join(pair.dataDirectory, name)) as [
      string,
      string,
    ];
    await cp(artifacts, aside, { recursive: true });
    await rm(join(artifacts, 'sha256'), { recursive: true });
    await rm(join(pair.dataDirectory, 'installation.id'));
    await expect(start(pair)).rejects.toMatchObject({
      name: 'StartupError',
      message: expect.stringContaining(
        'of the 1 model files that the database refers to, 1 is not in the directory',
      ),
    });
    await cp(aside, artifacts, { recursive: true });
    const app = await start(pair);
    await answers(app);
    await app.stop();
  });
});

onPostgres('a data directory and a PostgreSQL database', () => {
  let database: TestDatabase;
  let other: TestDatabase;
  let pair: Pair;
  let otherPair: Pair;
  const folders: string[] = [];
  beforeAll(async () => {
    [database, other] = await Promise.all([
      createTestDatabase('postgresql'),
      createTestDatabase('postgresql'),
    ]);
    pair = await served(database);
    const { dataDirectory, databaseUrl } = other;
    otherPair = { dataDirectory, databaseUrl };
    await (await start(otherPair)).stop();
    await cp(join(pair.dataDirectory, 'artifacts'), join(dataDirectory, 'artifacts'), { recursive: true });
  });
  afterAll(async () => {
    await Promise.all([database.drop(), other.drop()]);
    await Promise.all(folders.map((folder) => rm(folder, { recursive: true, force: true })));
  });

  const folder = async () => {
    const path = await mkdtemp(join(tmpdir(), 'retort-data-'));
    folders.push(path);
    return path;
  };
  const refused = (words: string) => ({
    name: 'StartupError',
    message: expect.stringMatching(
      new RegExp(
        `do not belong together: .*${words}.*Set RETORT_DATA and DATABASE_URL.*RETORT_ADOPT_DATA=true`,
        's',
      ),
    ),
  });

  it('that is empty is refused, and so is another one’s, though the same files are in it', async () => {
    const empty = { ...pair, dataDirectory: await folder() };
    await expect(start(empty)).rejects.toMatchObject(refused('1 is not in the directory'));
    await expect(start({ ...pair, dataDirectory: otherPair.dataDirectory })).rejects.toMatchObject(
      refused('each was used with another one before'),
    );
    const app = await start(pair);
    await answers(app);
    await app.stop();
  });

  it('are refused when DATABASE_URL was forgotten, or names an empty database', async () => {
    await expect(start({ ...pair, databaseUrl: undefined })).rejects.toMatchObject(
      refused('used with another database before'),
    );
    const fresh = await createTestDatabase('postgresql');
    await expect(start({ ...pair, databaseUrl: fresh.databaseUrl })).rejects.toMatchObject(
      refused('used with another database before'),
    );
    await fresh.drop();
  });

  it('start where a backup of both was restored', async () => {
    const restored = { ...pair, dataDirectory: await folder() };
    await cp(pair.dataDirectory, restored.dataDirectory, { recursive: true });
    const app = await start(restored);
    await answers(app);
    await app.stop();
  });

  it('start together when that is asked for, and from then on without asking', async () => {
    const adopted = { ...pair, dataDirectory: await folder() };
    await (await start(adopted, { adoptData: true })).stop();
    await (await start(adopted)).stop();
    expect(await idIn(adopted)).toBe(await idIn(pair));
  });

  it('tell which they are: the id is in both', async () => {
    const client = new pg.Client({ connectionString: pair.databaseUrl });
    await client.connect();
    const { rows } = await client.query<{ id: string }>('SELECT "id" FROM "Installation"');
    await client.end();
    expect(rows.map(({ id }) => `${id}\n`)).toEqual([await idIn(pair)]);
  });
});
