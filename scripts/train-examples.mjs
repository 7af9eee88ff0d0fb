// `npm run examples:train` trains the models of examples/ anew: run by hand, never by a start or a build. It needs Python 3.11
// or newer and the Python Package Index; PYTHON names another interpreter than python3.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const training = join(root, 'examples/training');
const folder = mkdtempSync(join(tmpdir(), 'retort-training-'));
// One thread, so that sums are made in one order.
const env = { ...process.env, OMP_NUM_THREADS: '1', OPENBLAS_NUM_THREADS: '1', PYTHONDONTWRITEBYTECODE: '1' };
const run = (command, ...given) => execFileSync(command, given, { cwd: root, stdio: 'inherit', env });

try {
  run(process.execPath, 'scripts/build.mjs');
  const features = join(folder, 'features');
  run(process.execPath, 'dist/examples/training/write-features.js', features);
  const environment = join(folder, 'environment');
  run(process.env.PYTHON ?? 'python3', '-m', 'venv', environment);
  const python = join(environment, process.platform === 'win32' ? 'Scripts/python.exe' : 'bin/python');
  run(python, '-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '--require-hashes', '--only-binary=:all:', '-r', join(training, 'requirements.txt')); // prettier-ignore
  run(python, join(training, 'train.py'), features, join(root, 'examples/models'));
  run(process.execPath, 'scripts/build.mjs');
  run(process.execPath, 'dist/examples/measure.js', '--science');
} finally {
  rmSync(folder, { recursive: true, force: true });
}
