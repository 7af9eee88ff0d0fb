import { PGlite } from '@electric-sql/pglite';
import { PGLiteSocketServer } from '@electric-sql/pglite-socket';
import { parentPort, workerData } from 'node:worker_threads';

/** What the embedded database is told when it starts, and the only two things it ever says. */
export interface EmbeddedWorkerData {
  readonly directory: string;
  /** Null to create the database and end: initdb leaves some 500 MB behind that only the thread's end returns. */
  readonly listen: { readonly path: string } | { readonly host: string; readonly port: number } | null;
}
export type EmbeddedWorkerReport =
  | { readonly kind: 'created' }
  | { readonly kind: 'listening'; readonly port: number }
  | { readonly kind: 'failed'; readonly message: string };

const data = workerData as EmbeddedWorkerData;
const port = parentPort;
if (!port) throw new Error('The embedded database runs in a worker thread only.');

const report = (message: EmbeddedWorkerReport) => port.postMessage(message);

/** A catalog fits in little: PostgreSQL's default of 128 MB of buffers would be most of Retort's memory at rest. */
const SETTINGS = ['shared_buffers = 16MB'];

try {
  const db = await PGlite.create({ dataDir: data.directory, postgresqlconf: SETTINGS });
  if (data.listen === null) {
    await db.close();
    report({ kind: 'created' });
  } else {
    const server = new PGLiteSocketServer({ db, ...data.listen, maxConnections: 32 });
    await server.start();
    port.once('message', () => {
      void (async () => {
        await server.stop();
        await db.close();
        port.close();
      })();
    });
    report({ kind: 'listening', port: Number(server.getServerConn().split(':').pop()) });
  }
} catch (error) {
  report({ kind: 'failed', message: reasonOf(error) });
  port.close();
}

/** PGlite's file system throws objects that are no errors; their numbers are WASI's (51: no space left on device). */
function reasonOf(error: unknown): string {
  const { errno, message } = (typeof error === 'object' && error !== null ? error : {}) as Record<
    string,
    unknown
  >;
  if (errno === 51) return 'the disk is full';
  if (typeof message === 'string') return message;
  return typeof errno === 'number' ? `its file system answered error ${errno}` : String(error);
}
