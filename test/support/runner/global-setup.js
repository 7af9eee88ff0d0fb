import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, statfsSync } from 'node:fs';
import { freemem, tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { compileSources } from './compile.mjs';
import { createTemplates } from './database-templates.mjs';

const GIB = 2 ** 30;
const MEMORY_FILES = '/dev/shm';

/** Everything of a run lies in one folder, and is looked after by one process that outlives it. */
export default async function setUp() {
  const run = mkdtempSync(join(hasRoomInMemory() ? MEMORY_FILES : tmpdir(), 'retort-run-'));
  process.env.RETORT_TEST_RUN = run;
  process.env.RETORT_TEST_DATABASES = `retort_${basename(run)
    .toLowerCase()
    .replaceAll(/[^a-z0-9]/g, '_')}_`;
  globalThis.retortKeeper = await startKeeper(run);
  process.env.TMPDIR = run;
  await Promise.all([compileSources(), createTemplates()]);
}

/**
 * Whether the files of the run may lie in memory, where each of some hundred databases of a thousand files is copied and
 * removed for a quarter of the work. Not where a folder was asked for, or where nothing can be executed.
 */
function hasRoomInMemory() {
  if (process.env.TMPDIR || freemem() < 8 * GIB) return false;
  try {
    const [, , type, options] = readFileSync('/proc/mounts', 'utf8')
      .split('\n')
      .map((line) => line.split(' '))
      .find(([, path]) => path === MEMORY_FILES);
    const { bavail, bsize } = statfsSync(MEMORY_FILES);
    return type === 'tmpfs' && !options.split(',').includes('noexec') && bavail * bsize > 6 * GIB;
  } catch {
    return false;
  }
}

async function startKeeper(run) {
  const script = fileURLToPath(new URL('keeper.mjs', import.meta.url));
  // Of a session of its own: what ends jest from the terminal does not end this.
  const keeper = spawn(process.execPath, [script, run, String(process.pid)], {
    detached: true,
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  await new Promise((resolve, reject) => {
    keeper.stdout.once('data', resolve);
    keeper.once('exit', () => reject(new Error('The keeper of the tests did not start.')));
  });
  for (const part of [keeper, keeper.stdin, keeper.stdout]) part.unref();
  return keeper;
}
