// Writes docs/cli.md from the command line's own help. A test tells when this has to be run again.
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const root = new URL('../', import.meta.url);
execFileSync(process.execPath, [fileURLToPath(new URL('scripts/build.mjs', root)), '--cli-only'], {
  stdio: 'inherit',
});
const { documentation } = await import(new URL('dist/cli/documentation.js', root).href);
writeFileSync(new URL('docs/cli.md', root), documentation());
