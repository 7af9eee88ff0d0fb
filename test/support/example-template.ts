import { cpSync, existsSync, readFileSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { startApp } from '../../src/app.js';
import { parseConfig } from '../../src/platform/config.js';
import { createLogger } from '../../src/platform/logging.js';
import { createTestDatabase, lendTestDatabase, type DatabaseKind, type TestDatabase } from './databases.js';
import { DATABASE_PARTS } from './kept-databases.js';
import { startInspector } from './kept-inspectors.js';
import { sharedMolecules } from './shared-molecules.js';

/** In the template's folder: the database on the PostgreSQL server that belongs to it. */
const NAME = 'template-database';

/**
 * A data directory and a database as a server leaves them that has published and deployed the examples. To do that takes
 * three times as long as to start again: the models are read, their graphs optimised, and what their data says of
 * predictions is fitted.
 */
export function lendWithExamples(kind: DatabaseKind): Promise<TestDatabase> {
  return copied(kind, lendTestDatabase);
}

/** The same for a server in a process of its own. */
export function createWithExamples(kind: DatabaseKind): Promise<TestDatabase> {
  return copied(kind, createTestDatabase);
}

async function copied(
  kind: DatabaseKind,
  create: typeof createTestDatabase | typeof lendTestDatabase,
): Promise<TestDatabase> {
  const directory = await exampleTemplate(kind);
  const postgres = kind === 'postgresql' ? readFileSync(join(directory, NAME), 'utf8') : undefined;
  const database = await create(kind, { directory, ...(postgres !== undefined && { postgres }) });
  for (const part of readdirSync(directory))
    if (part !== NAME && !DATABASE_PARTS.includes(part))
      cpSync(join(directory, part), join(database.dataDirectory, part), { recursive: true });
  return database;
}

/** Made by the first worker of the run that needs it; the others wait. */
async function exampleTemplate(kind: DatabaseKind): Promise<string> {
  const template = join(process.env.RETORT_TEST_RUN ?? '', `examples-${kind}`);
  const lock = `${template}.maker`;
  while (!existsSync(template)) {
    if (!takeLock(lock)) {
      await delay(100);
      continue;
    }
    try {
      if (!existsSync(template)) await make(kind, template);
    } finally {
      rmSync(lock);
    }
  }
  return template;
}

async function make(kind: DatabaseKind, template: string): Promise<void> {
  const { dataDirectory, databaseUrl } = await createTestDatabase(kind);
  const logger = createLogger('error');
  const config = { ...parseConfig({}), port: 0, workers: 1, dataDirectory, databaseUrl };
  const app = await startApp(config, logger, { startInspector, molecules: sharedMolecules });
  await app.ready;
  if (!(await app.close())) throw new Error('The server that published the examples did not stop.');
  if (databaseUrl !== undefined)
    writeFileSync(join(dataDirectory, NAME), new URL(databaseUrl).pathname.slice(1));
  renameSync(dataDirectory, template);
}

/** False when another worker has it that is still alive. */
function takeLock(lock: string): boolean {
  try {
    writeFileSync(lock, String(process.pid), { flag: 'wx' });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
  try {
    // Zero while it is being written, which asks after this worker's own group.
    process.kill(Number(readFileSync(lock, 'utf8')), 0);
  } catch {
    rmSync(lock, { force: true });
  }
  return false;
}
