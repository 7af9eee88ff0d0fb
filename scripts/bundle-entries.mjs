// The server, its threads and its child processes start from a few files in place of hundreds of modules, which take longer
// to find and open than to run.
import { readFile, readdir } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { build } from 'esbuild';

/** What is looked for beside its own files, or brings code that is not JavaScript. */
const EXTERNAL = [
  'onnxruntime-node',
  '@electric-sql/pglite',
  '@rdkit/rdkit',
  '@prisma/client',
  'sharp',
  'openchemlib',
  'unicode-name',
];

/** Imported only where they are asked for. They share no class or registry with the bundle, which has copies of its own. */
const OPTIONAL_PARTS = /\bawait import\('(\.\/open-telemetry\.js)'\)/g;

/** Where the compiled files are, in every bundle; a name beyond any of the sources. */
const DIST = '__retortDist';

/** Writes them over the modules of the same names in a compiled folder; all others stay, for whoever imports one. */
export async function bundleEntries(root, outdir) {
  const sources = await readdir(join(root, 'src'), { recursive: true });
  await build({
    entryPoints: sources
      .filter((path) => /(^|[\\/-])(main|child|worker)\.ts$/.test(path))
      .map((path) => join(root, 'src', path)),
    outdir,
    outbase: root,
    bundle: true,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    sourcemap: true,
    // A third less to read at every start. Names stay, for the stacks of errors.
    minifyWhitespace: true,
    minifySyntax: true,
    lineLimit: 200,
    legalComments: 'none',
    logLevel: 'warning',
    external: EXTERNAL,
    plugins: [placesOfModules(root), onlyWhatIsUsed(), namesOfCharacters(root)],
    banner: {
      js:
        "import { createRequire as __retortRequire } from 'node:module'; const require = __retortRequire(import.meta.url); " +
        `const ${DIST} = import.meta.url.replace(/\\/dist\\/src\\/(?!.*\\/dist\\/src\\/).*$/, '/dist/');`,
    },
  });
}

/**
 * A module that asks where it is gets the place of the file that is compiled from it alone. Optional
 * parts stay outside of the bundle: they are there for those who need them.
 */
function placesOfModules(root) {
  const placeOf = (path) => relative(root, path).replaceAll('\\', '/').replace(/\.ts$/, '.js');
  return {
    name: 'places of modules',
    setup({ onLoad }) {
      onLoad({ filter: /[\\/]src[\\/].*\.ts$/ }, async ({ path }) => {
        const text = await readFile(path, 'utf8');
        const place = (from) => `(${DIST} + ${JSON.stringify(from)})`;
        const contents = text
          .replaceAll('import.meta.url', place(placeOf(path)))
          .replace(OPTIONAL_PARTS, (_, file) => `await import${place(placeOf(join(dirname(path), file)))}`);
        return contents === text ? undefined : { contents, loader: 'ts' };
      });
    },
  };
}

/**
 * Leaves out modules of which a bundle uses nothing: a room's index.ts names all of them, and some take long to load. What
 * defines error codes, or says that it has to be there, stays.
 */
function onlyWhatIsUsed() {
  return {
    name: 'only what is used',
    setup({ onResolve, resolve }) {
      onResolve({ filter: /^\.{1,2}\/|^protobufjs/ }, async ({ path, kind, pluginData, ...from }) => {
        if (kind !== 'import-statement' || pluginData === 'resolving') return undefined;
        const found = await resolve(path, { ...from, kind, pluginData: 'resolving' });
        const isOwn = /[\\/]src[\\/].*\.ts$/.test(found.path) || path.startsWith('protobufjs');
        const hasEffects = /[\\/](src[\\/][a-z]+[\\/]index|error-codes)\.ts$/.test(found.path);
        return isOwn && !hasEffects ? { ...found, sideEffects: false } : found;
      });
    },
  };
}

/** The tables of Unicode's names take a twentieth of a start, and only messages about strange characters look at them. */
function namesOfCharacters(root) {
  const name = 'unicode-name';
  return {
    name: 'names of characters',
    setup({ onResolve, onLoad }) {
      onResolve({ filter: /^unicode-name$/ }, ({ kind }) =>
        kind === 'import-statement' ? { path: name, namespace: 'on demand' } : undefined,
      );
      onLoad({ filter: /^unicode-name$/, namespace: 'on demand' }, () => ({
        contents: `export const unicodeReadableName = (point) => require('${name}').unicodeReadableName(point);`,
        resolveDir: root,
      }));
    },
  };
}
