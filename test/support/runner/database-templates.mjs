// initdb and the migrations are the slow part of a test database: done once, copied by every suite.
import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
} from 'node:fs';
import { join } from 'node:path';
import pg from 'pg';
import { openDatabase } from '../../../dist/src/platform/database/index.js';
import { createLogger } from '../../../dist/src/platform/logging.js';
import { root } from './run.cjs';

const logger = createLogger('error');
const DAY_MS = 86_400_000;
const cache = join(root, 'node_modules/.cache/retort-tests');

export async function createTemplates() {
  process.env.RETORT_TEST_TEMPLATE = await embeddedTemplate();
  const server = process.env.TEST_DATABASE_URL;
  if (server) process.env.RETORT_TEST_PG_TEMPLATE = await postgresTemplate(server);
  else process.stderr.write('TEST_DATABASE_URL is not set: the suites run on the embedded database only.\n');
}

/** Kept from run to run as long as nothing changes of what makes it. */
async function embeddedTemplate() {
  const template = join(cache, `database-${fingerprint()}`);
  if (existsSync(template)) return template;
  mkdirSync(cache, { recursive: true });
  removeOutdated();
  const next = mkdtempSync(join(cache, 'next-'));
  const embedded = await openDatabase({ dataDirectory: next, databaseUrl: undefined }, logger);
  await embedded.close();
  removeUnused(next);
  // Whole or not at all, also when two runs begin together.
  if (existsSync(template)) rmSync(next, { recursive: true });
  else renameSync(next, template);
  return template;
}

/** Two databases of PostgreSQL's own that nothing opens: two thirds of the files. */
function removeUnused(template) {
  for (const id of ['1', '4'])
    for (const file of readdirSync(join(template, 'database/base', id)))
      if (file !== 'PG_VERSION') rmSync(join(template, 'database/base', id, file));
}

/** Not the newer ones: a run of another branch may be copying. */
function removeOutdated() {
  for (const name of readdirSync(cache)) {
    const path = join(cache, name);
    if (Date.now() - statSync(path).mtimeMs > DAY_MS) rmSync(path, { recursive: true, force: true });
  }
}

function fingerprint() {
  const hash = createHash('sha256')
    .update(process.version)
    .update(readFileSync(import.meta.filename));
  const inputs = [
    'prisma/migrations',
    'dist/src/platform/database',
    'node_modules/@electric-sql/pglite/package.json',
  ];
  for (const file of inputs.flatMap(filesBelow)) hash.update(file).update(readFileSync(join(root, file)));
  return hash.digest('hex').slice(0, 16);
}

function filesBelow(path) {
  if (!statSync(join(root, path)).isDirectory()) return [path];
  return readdirSync(join(root, path))
    .sort()
    .flatMap((name) => filesBelow(join(path, name)));
}

async function postgresTemplate(server) {
  const template = `${process.env.RETORT_TEST_DATABASES}template`;
  const admin = new pg.Client({ connectionString: server });
  await admin.connect();
  await admin.query(`CREATE DATABASE ${template}`);
  await admin.end();
  const url = new URL(server);
  url.pathname = `/${template}`;
  const real = await openDatabase(
    { dataDirectory: process.env.RETORT_TEST_RUN, databaseUrl: url.href },
    logger,
  );
  await real.close();
  return template;
}
