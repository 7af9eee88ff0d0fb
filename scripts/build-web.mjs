// Bundles GraphiQL into dist/web/graphiql: everything the page needs, so that they work without a network. Every asset carries the
// hash of its content in its name and may be cached for ever; index.html names them relative to its own address.
import { copyFileSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { build } from 'esbuild';
import { precompress } from './precompress.mjs';

/** @param {string} root the project's folder */
export async function buildWeb(root) {
  const source = join(root, 'web/graphiql');
  const output = join(root, 'dist/web/graphiql');
  const assets = join(output, 'assets');
  rmSync(output, { recursive: true, force: true });
  mkdirSync(assets, { recursive: true });
  const common = {
    absWorkingDir: root,
    outdir: assets,
    bundle: true,
    minify: true,
    metafile: true,
    platform: 'browser',
    target: 'es2022',
    entryNames: '[name]-[hash]',
    chunkNames: 'chunk-[hash]',
    assetNames: '[name]-[hash]',
    legalComments: 'linked',
    logLevel: 'warning',
    define: { 'process.env.NODE_ENV': '"production"', 'process.env.USE_IMPORT': '"true"' },
  };

  // The page starts its workers by file name, so they are built first.
  const workers = await build({
    ...common,
    format: 'iife',
    entryPoints: {
      'editor.worker': 'monaco-editor/esm/vs/editor/editor.worker.js',
      'json.worker': 'monaco-editor/esm/vs/language/json/json.worker.js',
      'graphql.worker': 'monaco-graphql/esm/graphql.worker.js',
    },
  });
  const workerFiles = {
    editor: outputOf(workers, 'editor.worker', '.js'),
    json: outputOf(workers, 'json.worker', '.js'),
    graphql: outputOf(workers, 'graphql.worker', '.js'),
  };

  const page = await build({
    ...common,
    format: 'esm',
    splitting: true,
    jsx: 'automatic',
    entryPoints: { graphiql: join(source, 'main.tsx') },
    loader: { '.ttf': 'file' },
    // The package's main entry brings the server along.
    alias: { 'graphql-ws': 'graphql-ws/client' },
    define: { ...common.define, WORKER_FILES: JSON.stringify(workerFiles) },
  });

  const html = readFileSync(join(source, 'index.html'), 'utf8')
    .replace('{{stylesheet}}', `graphiql/assets/${outputOf(page, 'graphiql', '.css')}`)
    .replace('{{script}}', `graphiql/assets/${outputOf(page, 'graphiql', '.js')}`);
  writeFileSync(join(output, 'index.html'), html);
  copyFileSync(join(root, 'web/favicon.svg'), join(root, 'dist/web/favicon.svg'));
  await Promise.all([output, assets].map(precompress));
}

function outputOf(result, entry, extension) {
  const names = Object.keys(result.metafile.outputs).map((path) => basename(path));
  const name = names.find((candidate) => candidate.startsWith(`${entry}-`) && candidate.endsWith(extension));
  if (name === undefined)
    throw new Error(`The web build wrote no ${entry}*${extension}: got ${names.join(', ')}`);
  return name;
}
