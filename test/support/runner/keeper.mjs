// Ends what a run of the tests leaves behind, however the run ends: node keeper.mjs <folder of the run>
// Jest holds the other end of its input, and every worker of jest a connection to its socket. Either breaks when that
// process ends, even by kill -9. Then whatever the process started is ended, by the mark in its environment; with jest
// itself, all that the run has made is removed.
import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
import { keeperSocket, markOf } from './run.cjs';

/** What ends with its test may take a moment for it. */
const GRACE_MS = 2_000;

const [, , run, jest] = process.argv;
const server = createServer((line) => {
  let owner = '';
  line.setEncoding('utf8').on('data', (text) => (owner += text));
  line.on('error', () => undefined).on('close', () => void endAllOf(owner));
});
server.listen(keeperSocket(run), () => process.stdout.write('ready\n'));

process.stdin.resume().once('end', async () => {
  await endAllOf(jest);
  server.close();
  await dropDatabases().catch((error) => console.error('The databases of the tests are still there:', error));
  unmountBelow(run);
  rmSync(run, { recursive: true, force: true, maxRetries: 5 });
  // Connections of workers that are still ending have nothing left to tell.
  process.exit();
});

async function endAllOf(owner) {
  const mark = `RETORT_TEST_OWNER=${markOf(owner, run)}`;
  const patience = Date.now() + GRACE_MS;
  for (let left = marked(mark); left.length > 0; left = marked(mark)) {
    if (Date.now() > patience) for (const pid of left) kill(pid);
    await delay(50);
  }
}

/** The processes with a mark. Only Linux shows the environment of others: elsewhere what was left goes on. */
function marked(mark) {
  return processIds().filter((pid) => pid !== process.pid && read(pid, 'environ').split('\0').includes(mark));
}

function processIds() {
  try {
    return readdirSync('/proc').map(Number).filter(Number.isInteger);
  } catch {
    return [];
  }
}

/** Empty for one that has ended. */
function read(pid, file) {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'latin1');
  } catch {
    return '';
  }
}

function kill(pid) {
  const command = read(pid, 'cmdline').replaceAll('\0', ' ');
  try {
    process.kill(pid, 'SIGKILL');
    console.error(`A test left a process behind; it was ended: ${command}`);
  } catch (error) {
    if (error.code !== 'ESRCH') throw error;
  }
}

/** A small file system stands for a full disk in some tests. */
function unmountBelow(folder) {
  const mounted = read('self', 'mounts')
    .split('\n')
    .map((line) => line.split(' ')[1]);
  for (const path of mounted) if (path?.startsWith(`${folder}/`)) execFileSync('umount', [path]);
}

async function dropDatabases() {
  const { TEST_DATABASE_URL, RETORT_TEST_DATABASES } = process.env;
  if (!TEST_DATABASE_URL) return;
  const admin = new pg.Client({ connectionString: TEST_DATABASE_URL });
  await admin.connect();
  const { rows } = await admin.query('SELECT datname FROM pg_database WHERE starts_with(datname, $1)', [
    RETORT_TEST_DATABASES,
  ]);
  for (const { datname } of rows) await admin.query(`DROP DATABASE IF EXISTS "${datname}" WITH (FORCE)`);
  await admin.end();
}
