// `npm run retort -- <command>`: the command line, built when something changed. Without a word of its own on stdout.
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const build = spawnSync(
  process.execPath,
  [fileURLToPath(new URL('build.mjs', import.meta.url)), '--cli-only'],
  { encoding: 'utf8' },
);
if (build.status !== 0) {
  console.error(build.stderr);
  process.exit(3);
}
await import('../dist/cli/main.js');
