// `npm start`: build what changed, in a process whose memory is returned, then become the server. The server runs in
// this very process, so that signals reach it directly.
import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

try {
  execFileSync(process.execPath, [fileURLToPath(new URL('build.mjs', import.meta.url))], {
    stdio: 'inherit',
  });
} catch {
  // The build has said what is wrong.
  process.exit(1);
}
await import('../dist/src/main.js');
