import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { EXIT } from '../exit-codes.js';
import { Failure } from '../failure.js';
import { requirementsFile, type Installed } from './converters-folder.js';

const run = promisify(execFile);
const OLDEST = [3, 11] as const;
const MAX_OUTPUT = 64 * 1024 ** 2;

/**
 * Makes the Python environment of a converter of its pinned packages, whose hashes pip checks. It is there whole or not at all.
 *
 * @throws Failure
 */
export async function installConverter(
  folder: string,
  name: string,
  { python, signal }: { readonly python: string; readonly signal: AbortSignal },
): Promise<Installed> {
  const version = await pythonVersion(python);
  const requirements = requirementsFile(name);
  // The path stands in what the environment consists of, so it is made where it stays.
  const target = join(folder, name);
  const done = join(target, 'retort.json');
  await rm(target, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  try {
    await run(python, ['-m', 'venv', target], { signal });
    const pip = ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '--no-deps'];
    await run(
      join(target, 'bin', 'python'),
      [...pip, '--only-binary', ':all:', '--require-hashes', '--requirement', requirements],
      { signal, maxBuffer: MAX_OUTPUT },
    );
    const made: Installed = {
      requirements: createHash('sha256')
        .update(await readFile(requirements))
        .digest('hex'),
      python: version.join('.'),
      installedAt: new Date().toISOString(),
    };
    await writeFile(`${done}.part`, JSON.stringify(made, null, 2));
    await rename(`${done}.part`, done);
    return made;
  } catch (error) {
    await rm(target, { recursive: true, force: true });
    if (signal.aborted) throw new Failure(EXIT.INTERRUPTED, 'INTERRUPTED', 'Interrupted.');
    throw new Failure(
      EXIT.UNAVAILABLE,
      'INSTALL_FAILED',
      `${name} could not be installed: ${said(error)}`,
      null,
      {
        cause: error,
      },
    );
  }
}

async function pythonVersion(python: string): Promise<readonly number[]> {
  const program = 'import sys; print(*sys.version_info[:3])';
  const { stdout } = await run(python, ['-c', program]).catch((cause: unknown) => {
    throw new Failure(
      EXIT.UNAVAILABLE,
      'NO_PYTHON',
      `Expected Python ${OLDEST.join('.')} or newer as ${python}, which cannot be started. Install it, or name another with --python.`,
      null,
      { cause },
    );
  });
  const version = stdout.trim().split(' ').map(Number);
  const [major = 0, minor = 0] = version;
  if (major === OLDEST[0] && minor >= OLDEST[1]) return version;
  throw new Failure(
    EXIT.UNAVAILABLE,
    'NO_PYTHON',
    `Expected Python ${OLDEST.join('.')} or newer, got ${version.join('.')} as ${python}. Name another with --python.`,
  );
}

/** The last that pip or the system says. */
function said(error: unknown): string {
  const { stderr = '' } = error as { readonly stderr?: string };
  const lines = stderr
    .trim()
    .split('\n')
    .filter((line) => line.trim() !== '');
  return lines.slice(-3).join(' ') || (error instanceof Error ? error.message : String(error));
}
