import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const INSTALL = fileURLToPath(new URL('../../scripts/install-engine.mjs', import.meta.url));

/** The Python of an environment that has the engine; null, and a line that says so, where it is not to be had. */
export async function installed(name: string): Promise<string | null> {
  try {
    return (await promisify(execFile)(process.execPath, [INSTALL, name])).stdout;
  } catch (error) {
    process.stderr.write(`${name} is not to be had here and is skipped: ${String(error).slice(0, 300)}\n`);
    return null;
  }
}
