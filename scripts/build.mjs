// Builds everything `npm start` and `npm test` run: the Prisma client, the resolver types, the compiled
// server and the web bundles. A step whose inputs have not changed since its last success is skipped, so
// a second start costs nothing.
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { bundleEntries } from './bundle-entries.mjs';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const stampsFile = join(root, 'dist/.stamps.json');
const typesOnly = process.argv.includes('--types-only');
const cliOnly = process.argv.includes('--cli-only');

const steps = [
  {
    name: 'prisma client',
    inputs: ['prisma/schema.prisma', 'package-lock.json'],
    output: 'src/platform/database/__generated__/prisma/client.ts',
    run: () =>
      execFileSync(process.execPath, ['node_modules/prisma/build/index.js', 'generate', '--no-hints'], {
        cwd: root,
        stdio: ['ignore', 'ignore', 'inherit'],
        // Generating needs no schema engine, but the CLI would try to download one unless it is given a file.
        env: {
          ...process.env,
          PRISMA_SCHEMA_ENGINE_BINARY: process.execPath,
          PRISMA_HIDE_UPDATE_MESSAGE: '1',
          CHECKPOINT_DISABLE: '1',
        },
      }),
  },
  {
    name: 'resolver types',
    inputs: ['schema', 'scripts/codegen.mjs', 'codegen.config.js', 'package-lock.json'],
    output: 'src/graphql/__generated__/resolvers.ts',
    run: async () => (await import('./codegen.mjs')).generateResolverTypes(root),
  },
  {
    name: 'command line types',
    part: 'cli',
    inputs: [
      'schema',
      'cli/documents',
      'scripts/codegen-cli.mjs',
      'scripts/graphql-operations.mjs',
      'package-lock.json',
    ],
    output: 'cli/__generated__/operations.ts',
    run: async () => (await import('./codegen-cli.mjs')).generateOperations(root),
  },
  {
    name: 'dashboard types',
    inputs: [
      'schema',
      'web/dashboard/documents',
      'scripts/codegen-dashboard.mjs',
      'scripts/graphql-operations.mjs',
      'package-lock.json',
    ],
    output: 'web/dashboard/__generated__/operations.ts',
    run: async () => (await import('./codegen-dashboard.mjs')).generateDashboardOperations(root),
  },
  {
    name: 'server',
    inputs: [
      'src',
      'examples',
      'bench',
      'scripts/build.mjs',
      'scripts/bundle-entries.mjs',
      'package-lock.json',
    ],
    output: 'dist/src/main.js',
    skipForTypes: true,
    run: () => compile(['src', 'examples', 'bench'], {}, bundleEntries),
  },
  {
    name: 'command line',
    part: 'cli',
    inputs: ['cli', 'scripts/build.mjs', 'package-lock.json'],
    output: 'dist/cli/main.js',
    skipForTypes: true,
    run: async () => {
      await compile(['cli'], {
        // One file instead of hundreds of modules: a command starts in a third of the time.
        entryPoints: ['cli/main.ts', 'cli/documentation.ts'].map((path) => join(root, path)),
        bundle: true,
        splitting: true,
        chunkNames: 'cli/chunk-[hash]',
        banner: {
          js: "import { createRequire as requireFrom } from 'node:module'; const require = requireFrom(import.meta.url);",
        },
      });
      // The package's bin.
      chmodSync(join(root, 'dist/cli/main.js'), 0o755);
    },
  },
  {
    name: 'GraphiQL',
    inputs: [
      'web/graphiql',
      'web/favicon.svg',
      'scripts/build-web.mjs',
      'scripts/precompress.mjs',
      'package-lock.json',
    ],
    output: 'dist/web/graphiql/index.html',
    skipForTypes: true,
    run: async () => (await import('./build-web.mjs')).buildWeb(root),
  },
  {
    name: 'dashboard',
    inputs: ['web/dashboard', 'scripts/build-dashboard.mjs', 'scripts/precompress.mjs', 'package-lock.json'],
    output: 'dist/web/dashboard/index.html',
    skipForTypes: true,
    run: async () => (await import('./build-dashboard.mjs')).buildDashboard(root),
  },
];

async function compile(folders, more = {}, then = async () => undefined) {
  const { build } = await import('esbuild');
  const entryPoints = folders
    .flatMap((folder) => files(join(root, folder)))
    .filter((file) => file.endsWith('.ts'));
  // Beside dist/ and not in it: source maps count the folders.
  const next = join(root, '.dist-next');
  rmSync(next, { recursive: true, force: true });
  await build({
    entryPoints,
    outdir: next,
    outbase: root,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    sourcemap: true,
    logLevel: 'warning',
    ...more,
  });
  await then(root, next);
  // Swapped in whole, so that a server that is running never starts a worker from half a build.
  mkdirSync(join(root, 'dist'), { recursive: true });
  for (const folder of folders) {
    rmSync(join(root, 'dist', folder), { recursive: true, force: true });
    renameSync(join(next, folder), join(root, 'dist', folder));
  }
  rmSync(next, { recursive: true, force: true });
}

function files(path) {
  if (!existsSync(path)) return [];
  if (statSync(path).isFile()) return [path];
  return readdirSync(path, { withFileTypes: true })
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap((entry) => files(join(path, entry.name)));
}

function fingerprint(inputs) {
  const hash = createHash('sha256').update(process.version);
  for (const file of inputs.flatMap((input) => files(join(root, input)))) {
    const bytes = readFileSync(file);
    hash.update(`${relative(root, file)}\0${bytes.length}\0`).update(bytes);
  }
  return hash.digest('hex');
}

const stamps = existsSync(stampsFile) ? JSON.parse(readFileSync(stampsFile, 'utf8')) : {};
for (const step of steps) {
  if (typesOnly && step.skipForTypes) continue;
  if (cliOnly && step.part !== 'cli') continue;
  const now = fingerprint(step.inputs);
  if (stamps[step.name] === now && existsSync(join(root, step.output))) continue;
  const begun = performance.now();
  await step.run();
  stamps[step.name] = now;
  mkdirSync(dirname(stampsFile), { recursive: true });
  writeFileSync(stampsFile, JSON.stringify(stamps, null, 2));
  console.error(`built ${step.name} in ${((performance.now() - begun) / 1000).toFixed(1)} s`);
}
