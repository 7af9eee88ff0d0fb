import { spawn, type ChildProcessByStdio } from 'node:child_process';
import { mkdir, rm } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import pg from 'pg';
import { childEnvironment } from '../../support/child-environment.js';
import type { GraphqlAnswer } from '../../support/test-app.js';
import {
  createTestDatabase,
  FORGET_SCHEMA,
  type DatabaseKind,
  type TestDatabase,
} from '../../support/databases.js';
import type { Api } from './ask.js';

/**
 * PostgreSQL's code is compiled once and quickly, not a second time and well: half the work of a start, which is most of
 * what these servers do.
 */
export const COMPILED_QUICKLY = '--liftoff-only';

const main = fileURLToPath(new URL('../../../dist/src/main.js', import.meta.url));

export interface Exit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Retort as its users run it: the compiled server in a process of its own. */
export interface ServerProcess extends Api {
  readonly url: string;
  readonly pid: number;
  readonly exited: Promise<Exit>;
  send(signal: NodeJS.Signals): void;
}

export type Environment = Readonly<Record<string, string | undefined>>;

/** The settings that make a server use a test database. */
export function environmentOf({ dataDirectory, databaseUrl }: TestDatabase): Environment {
  return { RETORT_DATA: dataDirectory, DATABASE_URL: databaseUrl, RETORT_EXAMPLES: 'false' };
}

/** A data directory and a database with nothing in them, as before the very first start. */
export async function createEmptyDatabase(kind: DatabaseKind): Promise<TestDatabase> {
  const database = await createTestDatabase(kind);
  if (database.databaseUrl === undefined) {
    await rm(database.dataDirectory, { recursive: true });
    await mkdir(database.dataDirectory);
    return database;
  }
  const client = new pg.Client({ connectionString: database.databaseUrl });
  await client.connect();
  await client.query(FORGET_SCHEMA);
  await client.end();
  return database;
}

/** Starts a server and does not wait for it. */
export function spawnServer(environment: Environment): Pick<ServerProcess, 'pid' | 'exited' | 'send'> & {
  /** Resolves with everything on stdout once it matches; rejects when the process ends first. */
  printed(pattern: RegExp): Promise<RegExpExecArray>;
} {
  const child = spawn(process.execPath, [COMPILED_QUICKLY, main], {
    // Nothing of the environment of the tests may reach the server but what it needs to run at all.
    env: {
      ...childEnvironment(),
      PORT: '0',
      RETORT_WORKERS: '1',
      ...environment,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const output = collect(child);
  const exited = new Promise<Exit>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code, signal) => resolve({ code, signal, ...output }));
  });
  return {
    pid: child.pid ?? 0,
    exited,
    send: (signal) => void child.kill(signal),
    printed: (pattern) =>
      new Promise((resolve, reject) => {
        const look = () => {
          const match = pattern.exec(output.stdout);
          if (match) resolve(match);
        };
        child.stdout.on('data', look);
        look();
        exited.then(
          ({ code, stderr }) =>
            reject(new Error(`The server ended (${String(code)}) instead of starting: ${stderr}`)),
          reject,
        );
      }),
  };
}

/** Starts a server and waits for its banner, which it prints when everything is ready. */
export async function startServer(environment: Environment): Promise<ServerProcess> {
  const server = spawnServer(environment);
  const [, url = ''] = await server.printed(/GraphQL\s+(http:\S+)\/graphql/);
  return {
    ...server,
    url,
    async graphql(query, variables, headers) {
      const response = await fetch(`${url}/graphql`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...headers },
        body: JSON.stringify({ query, variables }),
      });
      return (await response.json()) as GraphqlAnswer;
    },
  };
}

function collect(child: ChildProcessByStdio<null, Readable, Readable>): { stdout: string; stderr: string } {
  const output = { stdout: '', stderr: '' };
  child.stdout.setEncoding('utf8').on('data', (text: string) => (output.stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (output.stderr += text));
  return output;
}
