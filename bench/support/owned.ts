import { fork, spawn, type ChildProcess, type ForkOptions, type SpawnOptions } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { childrenOf } from './proc-files.js';

/** What this bench has started and must not leave behind, whichever way it ends. */
const processes = new Set<ChildProcess>();
const directories = new Set<string>();

export function ownedSpawn(command: string, args: readonly string[], options: SpawnOptions): ChildProcess {
  return own(spawn(command, args, options));
}

export function ownedFork(module: string, options: ForkOptions): ChildProcess {
  return own(fork(module, options));
}

/** A temporary directory that is gone when the bench is. */
export function ownedDirectory(): { readonly path: string; remove(): void } {
  const path = mkdtempSync(join(tmpdir(), 'retort-bench-'));
  directories.add(path);
  return {
    path,
    remove() {
      rmSync(path, { recursive: true, force: true });
      directories.delete(path);
    },
  };
}

/** Asks a process to stop and waits for its end; one that does not listen is killed. */
export async function stopped(child: ChildProcess, patienceMs = 20_000): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exit = once(child, 'exit');
  child.kill('SIGTERM');
  const impatience = setTimeout(() => child.kill('SIGKILL'), patienceMs);
  await exit;
  clearTimeout(impatience);
}

function own(child: ChildProcess): ChildProcess {
  processes.add(child);
  child.once('exit', () => processes.delete(child));
  return child;
}

process.on('exit', () => {
  for (const child of processes) {
    // Their children first: who loses its parent cannot be found any more.
    for (const pid of [...childrenOf(child.pid ?? 0), child.pid ?? 0]) kill(pid);
  }
  for (const path of directories) rmSync(path, { recursive: true, force: true });
});

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => process.exit(1));

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It ended by itself.
  }
}
