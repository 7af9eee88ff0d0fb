/**
 * How fast a model goes out of a catalog and into another, against plain tar with the same bytes, in one run.
 *
 *   npm run bench:transfer                                   20 versions of 20 MB each, 5 rounds
 *   npm run bench:transfer -- --versions 50 --megabytes 4    others; also --rounds 3
 *
 * Each round has a server of its own to import into. What comes out must be what went in, or the run fails.
 */
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createReadStream, createWriteStream, mkdirSync, rmSync, statSync } from 'node:fs';
import { get, request, type IncomingMessage } from 'node:http';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';
import { parseArgs } from 'node:util';
import { digits, table } from './support/markdown.js';
import { perceptron } from './support/models.js';
import { ownedDirectory } from './support/owned.js';
import { startRetort, type RetortServer } from './support/retort-server.js';
import { median, medianRatio } from './support/statistics.js';

const MODEL = 'carried';
const PUBLISH = `mutation ($input: PublishVersionInput!) { publishVersion(input: $input) { userErrors { message } } }`;
const REGISTER = `mutation ($input: RegisterModelInput!) { registerModel(input: $input) { userErrors { message } } }`;
const IMPORT = `mutation ($input: ImportModelInput!) { importModel(input: $input) { changed userErrors { message } } }`;

const { values: given } = parseArgs({
  options: {
    versions: { type: 'string', default: '20' },
    megabytes: { type: 'string', default: '20' },
    rounds: { type: 'string', default: '5' },
  },
});
const [versions, megabytes, rounds] = [given.versions, given.megabytes, given.rounds].map(Number) as [
  number,
  number,
  number,
];

/** Two square layers of so many MB together. */
function graphOf(seed: number): Uint8Array {
  const width = Math.round(Math.sqrt((megabytes * 1e6) / 4 / 2));
  return perceptron([width, width, width], seed);
}

/** @returns milliseconds. */
async function timed(work: () => Promise<unknown>): Promise<number> {
  const began = performance.now();
  await work();
  return performance.now() - began;
}

async function tar(...args: string[]): Promise<void> {
  const child = spawn('tar', args, { stdio: 'inherit' });
  const [code] = (await once(child, 'exit')) as [number | null];
  if (code !== 0) throw new Error(`tar ${args.join(' ')} ended with ${String(code)}.`);
}

async function download({ port }: RetortServer, file: string): Promise<void> {
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    get({ port, path: `/models/${MODEL}/archive` }, resolve).on('error', reject);
  });
  if (response.statusCode !== 200) throw new Error(await text(response));
  await pipeline(response, createWriteStream(file));
}

/** @returns the digest that the server answers. */
async function upload({ port }: RetortServer, path: string, body: () => NodeJS.ReadableStream, size: number) {
  const headers = { 'content-type': 'application/octet-stream', 'content-length': size };
  const sending = request({ port, path, method: 'POST', headers });
  const answer = once(sending, 'response') as Promise<[IncomingMessage]>;
  await pipeline(body(), sending);
  const response = await text((await answer)[0]);
  const { digest } = JSON.parse(response) as { digest?: string };
  if (digest === undefined) throw new Error(response);
  return digest;
}

const startServer = () => startRetort({ profileDirectory: undefined });

async function fill(server: RetortServer): Promise<void> {
  await server.graphql(REGISTER, { input: { name: MODEL, domain: 'GENERAL' } });
  for (let version = 0; version < versions; version += 1) {
    const graph = Buffer.from(graphOf(10 * version));
    const digest = await server.upload(graph);
    await server.graphql(PUBLISH, { input: { model: MODEL, artifact: { digest } } });
  }
}

async function hashFile(path: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(path, { highWaterMark: 1 << 20 }), hash);
  return hash.digest('hex');
}

const progress = (what: string) => process.stderr.write(`${what}\n`);
const directory = ownedDirectory();
const archive = join(directory.path, 'archive.tar');
const unpacked = join(directory.path, 'unpacked');
const results: Record<string, number[]> = {};
const note = (what: string, ms: number) => (results[what] ??= []).push(ms);

progress(`publishing ${versions} versions of ${megabytes} MB`);
await using source = await startServer();
await fill(source);
await download(source, archive);
const size = statSync(archive).size;
const digest = await hashFile(archive);
mkdirSync(unpacked);
await tar('-xf', archive, '-C', unpacked);

for (let round = 1; round <= rounds; round += 1) {
  progress(`round ${round} of ${rounds}`);
  const copy = join(directory.path, 'copy.tar');
  const out = join(directory.path, 'out');
  note('tar -cf', await timed(() => tar('-cf', copy, '-C', unpacked, '.')));
  rmSync(copy);
  note('export', await timed(() => download(source, copy)));
  if ((await hashFile(copy)) !== digest) throw new Error('The archive is not the one it was.');
  rmSync(copy);

  note('hash', await timed(() => hashFile(archive)));
  mkdirSync(out);
  note('tar -xf', await timed(() => tar('-xf', archive, '-C', out)));
  rmSync(out, { recursive: true });
  await using target = await startServer();
  let sent = '';
  const uploadMs = await timed(async () => {
    sent = await upload(
      target,
      '/archives',
      () => createReadStream(archive, { highWaterMark: 1 << 20 }),
      size,
    );
  });
  note('upload', uploadMs);
  const importMs = await timed(() => target.graphql(IMPORT, { input: { archive: { digest: sent } } }));
  note('import', importMs);
  note('both', uploadMs + importMs);
  await download(target, copy);
  if ((await hashFile(copy)) !== digest) throw new Error('What was imported is not what was exported.');
  rmSync(copy);
}

const row = (what: string, key: string, against?: string) => {
  const times = results[key] ?? [];
  const speed = size / 1e6 / (median(times) / 1e3);
  return [
    what,
    `${(median(times) / 1e3).toFixed(2)} s`,
    `${digits(speed)} MB/s`,
    against === undefined ? '' : `${digits(medianRatio(times, results[against] ?? []))} × ${against}`,
  ];
};
process.stdout.write(
  [
    `${cpus().length} × ${cpus()[0]?.model ?? 'unknown processor'}, Node ${process.version}. ${versions} versions, an archive of ` +
      `${(size / 1e6).toFixed(0)} MB; medians of ${rounds} rounds, ratios round by round.`,
    '',
    table(
      ['', 'time', 'throughput', 'time against'],
      [
        row('`tar -cf`', 'tar -cf'),
        row('export: GET, to a file', 'export', 'tar -cf'),
        row('`tar -xf`', 'tar -xf'),
        row('SHA-256 of the archive alone', 'hash', 'tar -xf'),
        row('POST /archives', 'upload', 'tar -xf'),
        row('importModel', 'import', 'tar -xf'),
        row('both: into another catalog', 'both', 'tar -xf'),
      ],
    ),
    '',
  ].join('\n'),
);
directory.remove();
