// Sets up a serving engine of others in an environment of its own, outside of the checkout, and prints its Python:
//   node scripts/install-engine.mjs mlserver | triton | kserve | ray | bentoml
// What has been installed from the same requirements is kept. RETORT_ENGINES says where, ~/.cache/retort-engines when it does not.
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const REQUIREMENTS = {
  mlserver: 'deploy/engines/mlserver/requirements.txt',
  triton: 'deploy/engines/triton/requirements.txt',
  kserve: 'deploy/engines/kserve/requirements.txt',
  ray: 'deploy/ray/requirements.txt',
  bentoml: 'bench/peers/bento-requirements.txt',
};

const [, , name = ''] = process.argv;
const file = REQUIREMENTS[name];
if (file === undefined)
  throw new Error(`Expected one of ${Object.keys(REQUIREMENTS).join(', ')}, got ${JSON.stringify(name)}.`);
const requirements = join(root, file);
const digest = createHash('sha256').update(readFileSync(requirements)).digest('hex');
const folder = join(process.env.RETORT_ENGINES ?? join(homedir(), '.cache/retort-engines'), name);
const python = join(folder, 'bin/python');
const whole = join(folder, 'whole');
if (!existsSync(whole) || readFileSync(whole, 'utf8') !== digest) {
  rmSync(whole, { force: true });
  mkdirSync(folder, { recursive: true });
  const run = (program, args) => execFileSync(program, args, { stdio: ['ignore', 'ignore', 'inherit'] });
  run(process.env.RETORT_PYTHON ?? 'python3', ['-m', 'venv', folder]);
  // Where there is no network, that shows soon.
  const briefly = ['--quiet', '--disable-pip-version-check', '--retries', '1', '--timeout', '30'];
  run(python, ['-m', 'pip', 'install', ...briefly, '--requirement', requirements]);
  writeFileSync(whole, digest);
}
process.stdout.write(python);
