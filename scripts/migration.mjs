// Writes a new migration: the SQL that leads from the schema at a git revision to prisma/schema.prisma as it is.
//   node scripts/migration.mjs add-something            from HEAD
//   node scripts/migration.mjs init --from empty        from nothing
// Read what it wrote before you commit it; data moves are yours to add.
import { execFileSync } from 'node:child_process';
import { tmpdir } from 'node:os';
import { PGlite } from '@electric-sql/pglite';
import { PGLiteSocketServer } from '@electric-sql/pglite-socket';
import { mkdirSync, mkdtempSync, rmSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { PrismaPg } from '@prisma/adapter-pg';
import { bindMigrationAwareSqlAdapterFactory } from '@prisma/driver-adapter-utils';
import * as bindings from '@prisma/schema-engine-wasm/schema_engine_bg';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const [name, , from = 'HEAD'] = process.argv.slice(2);
if (!name || !/^[a-z0-9-]+$/.test(name))
  throw new Error('Expected a name in lower case, like: node scripts/migration.mjs add-something');

const wasm = createRequire(import.meta.url)
  .resolve('@prisma/schema-engine-wasm/schema_engine_bg')
  .replace(/\.js$/, '.wasm');
const { instance } = await WebAssembly.instantiate(readFileSync(wasm), { './schema_engine_bg.js': bindings });
bindings.__wbg_set_wasm(instance.exports);
instance.exports.__wbindgen_start();

const schema = (content) => ({ tag: 'schemaDatamodel', files: [{ path: 'schema.prisma', content }] });
const before =
  from === 'empty'
    ? { tag: 'empty' }
    : schema(execFileSync('git', ['show', `${from}:prisma/schema.prisma`], { cwd: root, encoding: 'utf8' }));
const now = readFileSync(join(root, 'prisma/schema.prisma'), 'utf8');
// Even a diff of two files asks the server for its version: an embedded one in memory answers.
const socket = mkdtempSync(join(tmpdir(), 'retort-migration-'));
const db = await PGlite.create();
const server = new PGLiteSocketServer({ db, path: join(socket, '.s.PGSQL.5432') });
await server.start();
const adapter = bindMigrationAwareSqlAdapterFactory(
  new PrismaPg({ host: socket, user: 'postgres', database: 'postgres', max: 1 }),
);
const engine = await bindings.SchemaEngine.new(
  { datamodels: [['schema.prisma', now]] },
  () => undefined,
  adapter,
);
const { stdout } = await engine.diff({
  from: before,
  to: schema(now),
  shadowDatabaseUrl: null,
  script: true,
  exitCode: null,
  filters: { externalTables: [], externalEnums: [] },
});

const stamp = new Date().toISOString().replace(/\D/g, '').slice(0, 14);
const folder = join(root, 'prisma/migrations', `${stamp}_${name.replaceAll('-', '_')}`);
mkdirSync(folder, { recursive: true });
writeFileSync(join(folder, 'migration.sql'), stdout);
console.error(`wrote prisma/migrations/${stamp}_${name.replaceAll('-', '_')}/migration.sql`);
rmSync(socket, { recursive: true, force: true });
process.exit(0);
