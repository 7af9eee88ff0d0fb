// `npm run dev`: the server, built and started anew whenever a source changes.
import { spawn } from 'node:child_process';
import { existsSync, watch } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const SETTLE_MS = 200;
let server = null;
let timer;

function start() {
  server = spawn(process.execPath, ['--enable-source-maps', join(root, 'scripts/start.mjs')], {
    cwd: root,
    stdio: 'inherit',
    env: { LOG_LEVEL: 'debug', ...process.env },
  });
}

function restart() {
  const previous = server;
  if (previous.exitCode !== null || previous.signalCode !== null) start();
  else {
    previous.once('exit', start);
    previous.kill('SIGTERM');
  }
}

for (const folder of ['src', 'schema', 'prisma', 'examples', 'web'].filter((name) =>
  existsSync(join(root, name)),
)) {
  watch(join(root, folder), { recursive: true }, (_event, file) => {
    if (file?.includes('__generated__')) return;
    clearTimeout(timer);
    timer = setTimeout(restart, SETTLE_MS);
  });
}
for (const signal of ['SIGINT', 'SIGTERM']) {
  process.once(signal, () => {
    server.once('exit', () => process.exit(0));
    server.kill('SIGTERM');
  });
}
start();
