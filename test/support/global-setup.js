// initdb and the migrations are the slow part of a test database: done once here, copied by every suite.
import { randomBytes } from 'node:crypto';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { openDatabase } from '../../dist/src/platform/database/index.js';
import { createLogger } from '../../dist/src/platform/logging.js';

export default async function setUp() {
  const logger = createLogger('error');
  const directory = mkdtempSync(join(tmpdir(), 'retort-template-'));
  const embedded = await openDatabase({ dataDirectory: directory, databaseUrl: undefined }, logger);
  await embedded.close();
  process.env.RETORT_TEST_TEMPLATE = directory;

  const server = process.env.TEST_DATABASE_URL;
  if (!server) {
    process.stderr.write('TEST_DATABASE_URL is not set: the suites run on the embedded database only.\n');
    return;
  }
  const template = `retort_template_${randomBytes(6).toString('hex')}`;
  const admin = new pg.Client({ connectionString: server });
  await admin.connect();
  await admin.query(`CREATE DATABASE ${template}`);
  await admin.end();
  const url = new URL(server);
  url.pathname = `/${template}`;
  const real = await openDatabase({ dataDirectory: directory, databaseUrl: url.href }, logger);
  await real.close();
  process.env.RETORT_TEST_PG_TEMPLATE = template;
}
