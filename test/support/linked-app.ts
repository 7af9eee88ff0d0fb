import { describe } from '@jest/globals';
import { DatabaseLink } from './database-link.js';
import { createTestDatabase, databaseKinds } from './databases.js';
import { startTestApp, type TestApp } from './test-app.js';

/**
 * For what only a database of its own process can show. `describe` is looked up at each call: this module outlives the
 * test file that loads it first, and jest's functions do not.
 */
export function onPostgres(name: string, block: () => void): void {
  (databaseKinds.includes('postgresql') ? describe : describe.skip)(name, block);
}

/** An app whose connection to PostgreSQL can be broken. */
export async function startLinkedApp(): Promise<{ app: TestApp; link: DatabaseLink }> {
  const database = await createTestDatabase('postgresql');
  const link = await DatabaseLink.open(database.databaseUrl ?? '');
  const app = await startTestApp({
    kind: 'postgresql',
    reuse: {
      config: { dataDirectory: database.dataDirectory, databaseUrl: link.url },
      close: () => database.drop(),
    },
  });
  return { app, link };
}
