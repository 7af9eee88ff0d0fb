import { spawn } from 'node:child_process';
import { openSync, closeSync, readdirSync, readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { childEnvironment } from '../support/child-environment.js';
import { patience } from '../support/patience.js';
import { until } from '../support/until.js';

export interface EngineCommand {
  readonly program: string;
  readonly args: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  readonly folder: string;
}

/** By this name in their environment an engine's processes are found, however they were started. */
const MARK = 'RETORT_ENGINE';
const START_MS = 90_000;

/** An engine of which all processes can be killed at once. */
export class EngineProcess {
  private readonly mark = `${MARK}=${process.pid}-${Math.random().toString(36).slice(2)}`;
  private exited: string | null = null;

  constructor(
    private readonly command: EngineCommand,
    /** Answers 200 when the engine can be asked. */
    private readonly readyUrls: readonly string[],
  ) {}

  /** Resolves when it is ready. @throws Error with the end of its log when it ends instead */
  async start(): Promise<void> {
    const { program, args, environment, folder } = this.command;
    const path = join(folder, 'engine.log');
    const log = openSync(path, 'w');
    const [name = MARK, value = ''] = this.mark.split('=');
    const env = { ...childEnvironment(), ...environment, [name]: value };
    this.exited = null;
    const child = spawn(program, args, { cwd: folder, env, stdio: ['ignore', log, log] });
    child.once('error', (error) => (this.exited = String(error)));
    child.once('exit', (code, signal) => (this.exited = `exit ${code ?? signal ?? ''}`));
    closeSync(log);
    const end = Date.now() + patience(START_MS);
    for (const url of this.readyUrls)
      await until(async () => {
        const reason = this.exited ?? (Date.now() > end ? `not ready at ${url}` : null);
        if (reason !== null)
          throw new Error(`${program}: ${reason}\n${readFileSync(path, 'utf8').slice(-4_000)}`);
        return isReady(url);
      });
  }

  /** kill -9 of every process, those first that would start others again. */
  async kill(): Promise<void> {
    for (let pids = this.pids(); pids.length > 0; pids = this.pids()) {
      for (const pid of pids) {
        try {
          process.kill(pid, 'SIGKILL');
        } catch {
          // It ended meanwhile.
        }
      }
      await delay(10);
    }
  }

  /** Linux shows the environment of others; a process that has ended and waits for its parent has none. */
  pids(): number[] {
    return readdirSync('/proc')
      .filter((entry) => /^\d+$/.test(entry))
      .map(Number)
      .filter((pid) => {
        try {
          return readFileSync(`/proc/${pid}/environ`, 'latin1').split('\0').includes(this.mark);
        } catch {
          return false;
        }
      })
      .sort((one, other) => one - other);
  }
}

async function isReady(url: string): Promise<boolean> {
  try {
    return (await fetch(url, { signal: AbortSignal.timeout(2_000) })).ok;
  } catch {
    return false;
  }
}

/** Ports that nobody listens on now. */
export async function freePorts(count: number): Promise<number[]> {
  const servers = await Promise.all(
    Array.from(
      { length: count },
      () =>
        new Promise<ReturnType<typeof createServer>>((resolve) => {
          const server = createServer().listen(0, '127.0.0.1', () => resolve(server));
        }),
    ),
  );
  const ports = servers.map((server) => (server.address() as { port: number }).port);
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  return ports;
}
