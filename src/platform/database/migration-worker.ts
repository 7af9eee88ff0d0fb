import { bindMigrationAwareSqlAdapterFactory } from '@prisma/driver-adapter-utils';
import { PrismaPg } from '@prisma/adapter-pg';
import * as engineBindings from '@prisma/schema-engine-wasm/schema_engine_bg';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { parentPort, workerData } from 'node:worker_threads';
import type { Migration } from './migration.js';
import type { Connection } from './connection.js';

export interface MigrationWorkerData {
  readonly connection: Connection;
  readonly schema: string;
  readonly migrations: readonly Migration[];
}
export type MigrationWorkerReport =
  | { readonly kind: 'applied'; readonly names: readonly string[] }
  | { readonly kind: 'failed'; readonly message: string };

/**
 * Prisma's own schema engine, as WebAssembly, applies the migrations and keeps `_prisma_migrations`. It lives in a
 * short-lived worker, so that its memory is returned.
 */
async function migrate({ connection, schema, migrations }: MigrationWorkerData): Promise<readonly string[]> {
  const bindings = engineBindings as unknown as EngineBindings;
  const wasmPath = createRequire(import.meta.url)
    .resolve('@prisma/schema-engine-wasm/schema_engine_bg')
    .replace(/\.js$/, '.wasm');
  const { instance } = await WebAssembly.instantiate(await readFile(wasmPath), {
    './schema_engine_bg.js': engineBindings as unknown as WebAssembly.ModuleImports,
  });
  bindings.__wbg_set_wasm(instance.exports);
  (instance.exports as { __wbindgen_start(): void }).__wbindgen_start();

  const adapter = bindMigrationAwareSqlAdapterFactory(new PrismaPg({ ...connection, max: 1 }));
  const engine = await bindings.SchemaEngine.new(
    { datamodels: [['schema.prisma', schema]] },
    () => undefined,
    adapter,
  );
  try {
    const { appliedMigrationNames } = await engine.applyMigrations({
      migrationsList: {
        baseDir: 'prisma/migrations',
        lockfile: { path: 'migration_lock.toml', content: 'provider = "postgresql"\n' },
        shadowDbInitScript: '',
        migrationDirectories: migrations.map(({ name, sql }) => ({
          path: name,
          migrationFile: { path: 'migration.sql', content: { tag: 'ok', value: sql } },
        })),
      },
      filters: { externalTables: [], externalEnums: [] },
    });
    return appliedMigrationNames;
  } finally {
    engine.free();
  }
}

interface EngineBindings {
  __wbg_set_wasm(exports: WebAssembly.Exports): void;
  SchemaEngine: {
    new: (
      options: { datamodels: [string, string][] },
      log: (line: string) => void,
      adapter: ReturnType<typeof bindMigrationAwareSqlAdapterFactory>,
    ) => Promise<{
      applyMigrations(input: unknown): Promise<{ appliedMigrationNames: string[] }>;
      free(): void;
    }>;
  };
}

const port = parentPort;
if (!port) throw new Error('Migrations run in a worker thread only.');
try {
  port.postMessage({
    kind: 'applied',
    names: await migrate(workerData as MigrationWorkerData),
  } satisfies MigrationWorkerReport);
} catch (error) {
  port.postMessage({
    kind: 'failed',
    message: error instanceof Error ? error.message : String(error),
  } satisfies MigrationWorkerReport);
}
