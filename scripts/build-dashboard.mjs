// Bundles web/dashboard into dist/web/dashboard. Every asset carries the hash of its content in its name and may be
// cached for ever. A page is told where the server lies by relative addresses alone, so there is an index.html for each
// depth a page may have: for /fleet, for /models/esol, and for those below that.
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { build, defaultClientConditions } from 'vite';
import { precompress } from './precompress.mjs';

const DEPTHS = 4;

/** @param {string} root the project's folder */
export async function buildDashboard(root) {
  const output = join(root, 'dist/web/dashboard');
  rmSync(output, { recursive: true, force: true });
  await build({
    configFile: false,
    root: join(root, 'web/dashboard'),
    base: './',
    publicDir: false,
    logLevel: 'warn',
    oxc: { jsx: { runtime: 'automatic' } },
    resolve: {
      // The package's main entry brings the server along.
      alias: [{ find: /^graphql-ws$/, replacement: 'graphql-ws/client' }],
      // Markdown is read in a worker, which has no document.
      conditions: ['worker', ...defaultClientConditions],
    },
    build: {
      outDir: output,
      // Emptied above, since it lies outside of the sources.
      emptyOutDir: false,
      target: 'es2022',
      modulePreload: { polyfill: false },
      // The content security policy allows none in the style sheet but pictures, and none in scripts.
      assetsInlineLimit: 0,
      reportCompressedSize: false,
      license: { fileName: 'assets/LICENSES.md' },
    },
  });
  const html = readFileSync(join(output, 'index.html'), 'utf8');
  for (let depth = 0; depth < DEPTHS; depth += 1) {
    const up = '../'.repeat(depth);
    writeFileSync(
      join(output, depth === 0 ? 'index.html' : `index-${depth}.html`),
      html
        .replaceAll('"./assets/', `"${up}dashboard/assets/`)
        .replaceAll('href="favicon.ico"', `href="${up}favicon.ico"`),
    );
  }
  await Promise.all([output, join(output, 'assets')].map(precompress));
}
