import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build, stop } from 'esbuild';
import { compiledFile, root } from './run.cjs';

const FOLDERS = ['src', 'examples', 'cli', 'bench', 'scripts', 'test', 'web'];

/** Compiles all that a test may import, once for the whole run: half a second, and nothing that could be out of date. */
export async function compileSources() {
  const entryPoints = (await Promise.all(FOLDERS.map(typescriptFiles))).flat();
  const { outputFiles } = await build({
    entryPoints,
    outdir: dirname(compiledFile(join(root, 'any.ts'))),
    outbase: root,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    sourcemap: true,
    write: false,
    logLevel: 'warning',
  });
  await stop();
  const folders = new Set(outputFiles.map(({ path }) => dirname(path)));
  for (const folder of folders) await mkdir(folder, { recursive: true });
  await Promise.all(
    outputFiles.map(({ path, contents, text }) =>
      writeFile(path, path.endsWith('.map') ? withWholePaths(text, path) : contents),
    ),
  );
}

/** Jest looks for sources from where the source lies, and esbuild names them from where its output does. */
function withWholePaths(map, path) {
  const { sources, ...rest } = JSON.parse(map);
  const whole = (source) => pathToFileURL(resolve(dirname(path), source)).href;
  return JSON.stringify({ ...rest, sources: sources.map(whole) });
}

async function typescriptFiles(folder) {
  const entries = await readdir(join(root, folder), { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile() && entry.name.endsWith('.ts') && !entry.name.endsWith('.d.ts'))
    .map((entry) => join(entry.parentPath ?? entry.path, entry.name));
}
