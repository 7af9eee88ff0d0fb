import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { compiledEntry } from '../compiled-entry.js';
import { StartupError } from '../errors.js';
import type { EmbeddedWorkerData, EmbeddedWorkerReport } from './embedded-worker.js';
import type { Connection } from './connection.js';

export interface EmbeddedDatabase {
  readonly connection: Connection;
  /** Called once the schema is in place: from here on the directory is worth keeping. */
  markInitialised(): Promise<void>;
  close(): Promise<void>;
}

/** Unix socket paths longer than this do not fit in sockaddr_un (unix(7)). */
const MAX_SOCKET_PATH = 100;

/**
 * PGlite (PostgreSQL compiled to WebAssembly) in a worker thread, spoken to over the ordinary wire protocol. The
 * socket is a file only this user can open, so that the database has no port others on the machine could reach.
 */
export async function openEmbedded(dataDirectory: string): Promise<EmbeddedDatabase> {
  const directory = join(dataDirectory, 'database');
  const marker = join(dataDirectory, 'database.initialised');
  // A first start that was killed half-way leaves a directory nothing was ever acknowledged from.
  if (!existsSync(marker)) await rm(directory, { recursive: true, force: true });

  const socket = await socketFolder(dataDirectory);
  const worker = new Worker(compiledEntry(import.meta.url, './embedded-worker.js'), {
    workerData: {
      directory,
      listen: socket ? { path: join(socket, '.s.PGSQL.5432') } : { host: '127.0.0.1', port: 0 },
    } satisfies EmbeddedWorkerData,
  });
  const exited = new Promise<void>((resolve) => worker.once('exit', () => resolve()));
  const port = await listening(worker, dataDirectory);

  return {
    connection: {
      host: socket ?? '127.0.0.1',
      port: socket ? 5432 : port,
      user: 'postgres',
      password: 'postgres',
      database: 'postgres',
    },
    async markInitialised() {
      if (!existsSync(marker)) await writeFile(marker, '');
    },
    async close() {
      worker.postMessage('close');
      await exited;
      if (socket) await rm(socket, { recursive: true, force: true });
    },
  };
}

function listening(worker: Worker, dataDirectory: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const fail = (reason: string) =>
      reject(
        new StartupError(
          `The embedded database in ${dataDirectory} could not be opened: ${reason}. Restore the directory from a backup, ` +
            'or set RETORT_DATA to another one.',
        ),
      );
    worker.once('error', (error) => fail(error.message));
    worker.once('message', (report: EmbeddedWorkerReport) => {
      if (report.kind === 'listening') resolve(report.port);
      else fail(report.message);
    });
  });
}

async function socketFolder(dataDirectory: string): Promise<string | null> {
  if (process.platform === 'win32') return null;
  const inside = join(dataDirectory, 'socket');
  if (inside.length + '/.s.PGSQL.5432'.length > MAX_SOCKET_PATH) return mkdtemp(join(tmpdir(), 'retort-'));
  await rm(inside, { recursive: true, force: true });
  await mkdir(inside, { mode: 0o700 });
  return inside;
}
