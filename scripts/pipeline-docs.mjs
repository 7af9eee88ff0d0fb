// Writes the tables of docs/pipelines.md from the steps and fields that there are. A test tells when this has to be run again.
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const root = new URL('../', import.meta.url);
const made = new URL('dist/pipeline-tables.mjs', root);
await build({
  entryPoints: [fileURLToPath(new URL('src/pipelines/describe/pipeline-tables.ts', root))],
  outfile: fileURLToPath(made),
  bundle: true,
  platform: 'node',
  format: 'esm',
  packages: 'external',
});
const { withPipelineTables } = await import(made.href);
rmSync(made);
const document = new URL('docs/pipelines.md', root);
writeFileSync(document, withPipelineTables(readFileSync(document, 'utf8')));
