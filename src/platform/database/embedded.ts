import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { setTimeout as delay } from 'node:timers/promises';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { compiledEntry } from '../children/compiled-entry.js';
import { StartupError } from '../errors.js';
import type { Logger } from '../logging.js';
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
const RESTART_DELAY_MS = 500;

/**
 * PGlite (PostgreSQL compiled to WebAssembly) in a worker thread, spoken to over the ordinary wire protocol. The
 * socket is a file only this user can open, so that the database has no port others on the machine could reach.
 */
export async function openEmbedded(dataDirectory: string, logger: Logger): Promise<EmbeddedDatabase> {
  const directory = join(dataDirectory, 'database');
  const marker = join(dataDirectory, 'database.initialised');
  if (!existsSync(marker)) {
    // A first start that was killed half-way leaves a directory nothing was ever acknowledged from.
    await rm(directory, { recursive: true, force: true });
    await (
      await start({ directory, listen: null }, dataDirectory)
    ).exited;
  }

  const socket = await socketFolder(dataDirectory);
  const listen = socket ? { path: join(socket, '.s.PGSQL.5432') } : { host: '127.0.0.1', port: 0 };
  let running = await start({ directory, listen }, dataDirectory);
  const { port } = running;
  let closing = false;
  // Its thread ends unasked only when PGlite itself gave up, say on a full disk; what was committed is in its log.
  const keepRunning = async (): Promise<void> => {
    await running.exited;
    if (closing) return;
    logger.error('the embedded database stopped; starting it again');
    await delay(RESTART_DELAY_MS, undefined, { ref: false });
    try {
      running = await start(
        { directory, listen: socket ? listen : { host: '127.0.0.1', port } },
        dataDirectory,
      );
    } catch (error) {
      logger.error({ err: error }, 'the embedded database could not be started again; trying once more');
    }
    await keepRunning();
  };
  void keepRunning();

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
      closing = true;
      running.worker.postMessage('close');
      await running.exited;
      if (socket) await rm(socket, { recursive: true, force: true });
    },
  };
}

interface RunningWorker {
  readonly worker: Worker;
  /** 0 on a Unix socket. */
  readonly port: number;
  readonly exited: Promise<void>;
}

function start(workerData: EmbeddedWorkerData, dataDirectory: string): Promise<RunningWorker> {
  const worker = new Worker(compiledEntry(import.meta.url, './embedded-worker.js'), { workerData });
  const exited = new Promise<void>((resolve) => worker.once('exit', () => resolve()));
  return new Promise((resolve, reject) => {
    const fail = (reason: string) =>
      reject(
        new StartupError(
          `The embedded database in ${dataDirectory} could not be opened: ${reason}. Restore the directory from a backup, ` +
            'or set RETORT_DATA to another one.',
        ),
      );
    worker.on('error', (error) => fail(error.message));
    worker.once('exit', () => fail('its thread ended'));
    worker.once('message', (report: EmbeddedWorkerReport) => {
      if (report.kind === 'failed') fail(report.message);
      else resolve({ worker, exited, port: report.kind === 'listening' ? report.port : 0 });
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
