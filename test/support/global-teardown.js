import { rmSync } from 'node:fs';
import pg from 'pg';

export default async function tearDown() {
  rmSync(process.env.RETORT_TEST_TEMPLATE, { recursive: true, force: true });
  const template = process.env.RETORT_TEST_PG_TEMPLATE;
  if (!template) return;
  const admin = new pg.Client({ connectionString: process.env.TEST_DATABASE_URL });
  await admin.connect();
  await admin.query(`DROP DATABASE IF EXISTS ${template} WITH (FORCE)`);
  await admin.end();
}
