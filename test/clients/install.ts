import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
/** Kept from run to run: packages are large, and what is tested is the server. */
const SCRATCH = process.env.RETORT_CLIENTS ?? join(tmpdir(), 'retort-clients');

/** Where there is no network, that shows soon. */
const BRIEFLY = ['--retries', '1', '--timeout', '20', '--disable-pip-version-check'];

/** The Python of an environment with these packages; null, and a line that says so, where they are not to be had. */
export function pythonWith(name: string, packages: readonly string[]): Promise<string | null> {
  return attempt(name, async () => {
    const environment = await made(name, async (folder) => {
      await run('python3', ['-m', 'venv', folder]);
      await run(join(folder, 'bin/python'), ['-m', 'pip', 'install', '--quiet', ...BRIEFLY, ...packages]);
    });
    return join(environment, 'bin/python');
  });
}

/** A folder with these packages in its node_modules. */
export function packagesOf(name: string, packages: readonly string[]): Promise<string | null> {
  return attempt(name, () =>
    made(name, async (folder) => {
      await mkdir(folder, { recursive: true });
      await writeFile(join(folder, 'package.json'), '{"private": true, "type": "module"}');
      await run('npm', ['install', '--ignore-scripts', '--no-audit', '--no-fund', ...packages], {
        cwd: folder,
      });
    }),
  );
}

/** The program's name where it is installed. */
export function program(name: string, ...version: string[]): Promise<string | null> {
  return attempt(name, async () => {
    await run(name, version);
    return name;
  });
}

async function attempt(name: string, work: () => Promise<string>): Promise<string | null> {
  try {
    return await work();
  } catch (error) {
    process.stderr.write(`${name} is not to be had here and is skipped: ${String(error).slice(0, 300)}\n`);
    return null;
  }
}

/** Whole or absent, also when the installation is interrupted. */
async function made(name: string, make: (folder: string) => Promise<void>): Promise<string> {
  const folder = join(SCRATCH, name);
  const done = join(folder, 'whole');
  if (existsSync(done)) return folder;
  await rm(folder, { recursive: true, force: true });
  await mkdir(SCRATCH, { recursive: true });
  // In its own place from the start: environments of Python do not move.
  await make(folder);
  await writeFile(`${done}.new`, '');
  await rename(`${done}.new`, done);
  return folder;
}
