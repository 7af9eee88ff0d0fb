import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { PGlite } from '@electric-sql/pglite';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { packageRoot } from '../../src/platform/package-root.js';
import { createTestDatabase, FORGET_SCHEMA, type TestDatabase } from '../support/databases.js';

const MODEL = '00000000-0000-7000-8000-000000000001';
const folder = join(packageRoot, 'prisma/migrations');

interface Row {
  readonly alias: string;
  readonly toNumber: number | null;
  readonly kind: string;
  readonly undoneTo: number | null;
  readonly at: Date;
}

describe('aliases moved before there was rollback', () => {
  let place: TestDatabase;
  let database: PGlite;
  beforeAll(async () => {
    place = await createTestDatabase('embedded');
    database = await PGlite.create(join(place.dataDirectory, 'database'));
    await database.exec(FORGET_SCHEMA);
    const names = (await readdir(folder)).filter((name) => /^\d/.test(name)).sort();
    const ours = names.findIndex((name) => name.endsWith('_alias_history'));
    const apply = async (name: string) =>
      database.exec(await readFile(join(folder, name, 'migration.sql'), 'utf8'));
    for (const name of names.slice(0, ours)) await apply(name);
    await database.query(
      `INSERT INTO "Model" ("id", "name", "title", "domain", "createdBy") VALUES ($1, 'old', 'Old', 'GENERAL', 'ada')`,
      [MODEL],
    );
    // Interleaved, as they come; the fourth of production was written by a clock that had been set back.
    const moves: [string, number | null, string][] = [
      ['production', 1, '2026-01-01T00:00:01Z'],
      ['staging', 2, '2026-01-01T00:00:02Z'],
      ['production', 2, '2026-01-01T00:00:03Z'],
      ['production', null, '2026-01-01T00:00:04Z'],
      ['production', 2, '2026-01-01T00:00:02Z'],
      ['staging', null, '2026-01-01T00:00:06Z'],
      ['production', 3, '2026-01-01T00:00:07Z'],
      ['staging', 1, '2026-01-01T00:00:08Z'],
    ];
    for (const [alias, toNumber, at] of moves)
      await database.query(
        `INSERT INTO "AliasMove" ("modelId", "alias", "toNumber", "actor", "at") VALUES ($1, $2, $3, 'ada', $4)`,
        [MODEL, alias, toNumber, at],
      );
    for (const name of names.slice(ours)) await apply(name);
  });
  afterAll(async () => {
    await database.close();
    await place.drop();
  });

  it('can be rolled back as if there had always been', async () => {
    const { rows } = await database.query<Row>(
      `SELECT m."alias", m."toNumber", m."kind", p."toNumber" AS "undoneTo", m."at"
       FROM "AliasMove" m LEFT JOIN "AliasMove" p ON p."id" = m."previousId" ORDER BY m."alias", m."id"`,
    );
    expect(rows.map(({ alias, toNumber, kind, undoneTo }) => ({ alias, toNumber, kind, undoneTo }))).toEqual([
      { alias: 'production', toNumber: 1, kind: 'MOVED', undoneTo: null },
      { alias: 'production', toNumber: 2, kind: 'MOVED', undoneTo: 1 },
      { alias: 'production', toNumber: null, kind: 'REMOVED', undoneTo: 2 },
      { alias: 'production', toNumber: 2, kind: 'MOVED', undoneTo: 1 },
      { alias: 'production', toNumber: 3, kind: 'MOVED', undoneTo: 2 },
      { alias: 'staging', toNumber: 2, kind: 'MOVED', undoneTo: null },
      { alias: 'staging', toNumber: null, kind: 'REMOVED', undoneTo: 2 },
      { alias: 'staging', toNumber: 1, kind: 'MOVED', undoneTo: 2 },
    ]);
    const production = rows.filter(({ alias }) => alias === 'production').map(({ at }) => at.toISOString());
    expect(production).toEqual([...production].sort());
    expect(production[3]).toBe('2026-01-01T00:00:04.000Z');
  });
});
