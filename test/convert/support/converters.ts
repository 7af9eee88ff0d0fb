import { execFile } from 'node:child_process';
import { mkdir, readFile, rm, stat } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { promisify } from 'node:util';
import { installed, requirementsFile } from '../../../cli/converters/converters-folder.js';
import { installConverter } from '../../../cli/converters/install-converter.js';
import { fileSha256 } from '../../../src/platform/children/file-sha256.js';

const run = promisify(execFile);

/** Installed once a machine: half a gigabyte, outside of any checkout. */
const FOLDER =
  process.env.RETORT_TEST_CONVERTERS ??
  join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'retort-converters');
/** An installation that takes longer has died. */
const STALE_MS = 30 * 60_000;
const LOOK_EVERY_MS = 500;

/** The folder of converters with this one in it; null, and a line that says so, where PyPI or Python is not to be had. */
export async function convertersWith(name: string): Promise<string | null> {
  try {
    await alone(`${name}.lock`, async () => {
      const requirements = fileSha256(requirementsFile(name));
      if (installed(FOLDER, name)?.requirements === requirements) return;
      const signal = new AbortController().signal;
      await installConverter(FOLDER, name, { python: 'python3', signal });
    });
    return FOLDER;
  } catch (error) {
    process.stderr.write(
      `The converter ${name} is not to be had here and its tests are skipped: ${String(error).slice(0, 300)}\n`,
    );
    return null;
  }
}

export interface Asked {
  readonly rows: readonly unknown[];
  readonly answers: readonly unknown[];
}

/** Has a framework itself make models, and say what they answer. */
export async function makeModels(
  environment: string,
  script: string,
  folder: string,
): Promise<Readonly<Record<string, Asked>>> {
  await mkdir(folder, { recursive: true });
  const python = join(FOLDER, environment, 'bin', 'python');
  await run(python, [new URL(script, import.meta.url).pathname, folder], { maxBuffer: 64 * 1024 ** 2 });
  return JSON.parse(await readFile(join(folder, 'asked.json'), 'utf8')) as Readonly<Record<string, Asked>>;
}

/** One worker installs, and the others wait for it. */
async function alone(name: string, work: () => Promise<void>): Promise<void> {
  await mkdir(FOLDER, { recursive: true });
  const lock = join(FOLDER, name);
  for (;;) {
    try {
      await mkdir(lock);
      break;
    } catch {
      const age = Date.now() - (await stat(lock).catch(() => ({ mtimeMs: Date.now() }))).mtimeMs;
      if (age > STALE_MS) await rm(lock, { recursive: true, force: true });
      await wait(LOOK_EVERY_MS);
    }
  }
  try {
    await work();
  } finally {
    await rm(lock, { recursive: true, force: true });
  }
}
