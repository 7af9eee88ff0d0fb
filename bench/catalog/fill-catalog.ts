import pg from 'pg';
import type { CatalogContents } from './contents.js';
import { FILLING } from './filling-sql.js';

/**
 * Writes the contents into a database whose catalog holds the examples: versions, artifacts and deployments are theirs,
 * over and over, with names, numbers, times and digests of their own. What else is written is what the same changes
 * would have written through the API. The server must not run meanwhile.
 */
export async function fillCatalog(
  databaseUrl: string,
  { size, models, moves, versionEveryMs }: CatalogContents,
  progress: (text: string) => void,
): Promise<void> {
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    await client.query('BEGIN');
    await client.query(
      `CREATE TEMP TABLE given ON COMMIT DROP AS SELECT $1::jsonb AS models, $2::jsonb AS moves,
       $3::int AS versions, $4::float8 * interval '1 ms' AS every`,
      [JSON.stringify(models), JSON.stringify(moves), size.versions, versionEveryMs],
    );
    for (const [what, statement] of Object.entries(FILLING)) {
      progress(`filling: ${what}`);
      await client.query(statement);
    }
    await client.query('COMMIT');
    progress('filling: statistics');
    // What autovacuum does within a minute of such a load.
    await client.query('VACUUM ANALYZE');
  } finally {
    await client.end();
  }
}
