import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createTestDatabase, databaseKinds, type TestDatabase } from '../support/databases.js';
import { ask } from './support/ask.js';
import { register } from './support/catalog-steps.js';
import {
  environmentOf,
  spawnServer,
  startServer,
  type Environment,
  type ServerProcess,
} from './support/server-process.js';

/** What a start that cannot be leaves behind: exit code 1, one line for people, no stack. */
async function failedStart(environment: Environment): Promise<string> {
  const { code, signal, stdout, stderr } = await spawnServer(environment).exited;
  expect({ code, signal }).toEqual({ code: 1, signal: null });
  // The log, one JSON object a line, shares stderr with the message for people.
  const lines = stderr.split('\n').filter((line) => line !== '' && !line.startsWith('{"level":'));
  expect(lines).toEqual([expect.stringMatching(/^Retort cannot start\. /)]);
  expect(stdout + stderr).not.toMatch(/\n\s+at |node_modules/);
  return lines[0] ?? '';
}

describe.each(databaseKinds)('a second server on what the first one holds, %s database', (kind) => {
  let database: TestDatabase;
  let other: TestDatabase;
  let first: ServerProcess;
  beforeAll(async () => {
    [database, other] = await Promise.all([createTestDatabase(kind), createTestDatabase(kind)]);
    first = await startServer(environmentOf(database));
  });
  afterAll(async () => {
    first.send('SIGTERM');
    await first.exited;
    await Promise.all([database.drop(), other.drop()]);
  });

  it('the port in use', async () => {
    const { port } = new URL(first.url);
    const message = await failedStart({ ...environmentOf(other), PORT: port });
    expect(message).toContain(
      `Port ${port} on 127.0.0.1 is in use. Stop what listens there, or set PORT to another port.`,
    );
    await register(first, 'still-served-after-port');
  });

  it('the data directory in use', async () => {
    const message = await failedStart({ ...environmentOf(other), RETORT_DATA: database.dataDirectory });
    expect(message).toMatch(
      /The data directory \S+ is in use by process \d+\. Stop that process, or set RETORT_DATA to another directory\./,
    );
    await register(first, 'still-served-after-directory');
    expect(await ask(first, '{ models { totalCount } }')).toEqual({ models: { totalCount: 2 } });
  });
});

describe('settings that cannot be used', () => {
  let database: TestDatabase;
  beforeAll(async () => {
    database = await createTestDatabase('embedded');
  });
  afterAll(() => database.drop());

  it.each([
    {
      DATABASE_URL: 'mysql://root:hunter2secret@localhost/retort',
      says: 'DATABASE_URL: expected a URL like postgresql://',
    },
    { DATABASE_URL: 'not a url', says: 'DATABASE_URL: expected a URL like postgresql://' },
    {
      DATABASE_URL: 'postgresql://me:hunter2secret@127.0.0.1:1/retort',
      says: '127.0.0.1:1/retort cannot be used: nothing listens there',
    },
    {
      DATABASE_URL: 'postgresql://me:hunter2secret@no-such-host.invalid/retort',
      says: 'the host name is unknown',
    },
    { HOST: '0.0.0.0', says: 'RETORT_API_KEY is not set' },
    { HOST: '::', says: 'RETORT_API_KEY is not set' },
    {
      HOST: '0.0.0.0',
      RETORT_API_KEY: 'hunter2secret',
      says: 'RETORT_API_KEY: expected at least 16 characters',
    },
    {
      HOST: '203.0.113.1',
      RETORT_API_KEY: 'hunter2secret-and-more',
      says: 'is not an address of this machine',
    },
    { PORT: '80000', says: 'PORT: expected a whole number from 0 to 65535, got "80000"' },
    { PORT: 'http', says: 'PORT: expected a whole number' },
    { LOG_LEVEL: 'loud', says: 'LOG_LEVEL' },
  ])('$says', async ({ says, ...environment }) => {
    const message = await failedStart({ ...environmentOf(database), ...environment });
    expect(message).toContain(says);
    expect(message).not.toContain('hunter2secret');
  });

  it('a data directory that is a file', async () => {
    const file = join(database.dataDirectory, 'file');
    await writeFile(file, '');
    expect(await failedStart({ RETORT_DATA: file })).toContain(file);
  });
});

const server = process.env.TEST_DATABASE_URL;

(server === undefined ? describe.skip : describe)('a PostgreSQL that does not want us', () => {
  let database: TestDatabase;
  const mute = createServer(() => undefined);
  /** Takes its 10 s, so it waits while the others are tried. */
  let unanswered: Promise<string>;
  beforeAll(async () => {
    database = await createTestDatabase('postgresql');
    await new Promise<void>((resolve) => mute.listen(0, '127.0.0.1', resolve));
    const { port } = mute.address() as AddressInfo;
    const directory = join(database.dataDirectory, 'mute');
    unanswered = failedStart({
      ...withUrl((url) => (url.host = `127.0.0.1:${port}`)),
      RETORT_DATA: directory,
    });
    // Its own test tells.
    unanswered.catch(() => undefined);
  });
  afterAll(async () => {
    mute.close();
    await database.drop();
  });

  const withUrl = (change: (url: URL) => void): Environment => {
    const url = new URL(server ?? '');
    change(url);
    return { ...environmentOf(database), DATABASE_URL: url.href };
  };

  it('a wrong password', async () => {
    const message = await failedStart(withUrl((url) => (url.password = 'wrong-and-secret')));
    expect(message).toContain('it refused the user name or password. Check them in DATABASE_URL.');
    expect(message).not.toContain('wrong-and-secret');
  });

  it('a database that does not exist', async () => {
    const message = await failedStart(withUrl((url) => (url.pathname = '/no_such_database')));
    expect(message).toContain('/no_such_database cannot be used: the server has no database of that name');
  });

  it('a database another Retort holds', async () => {
    const first = await startServer(environmentOf(database));
    const directory = await mkdtemp(join(tmpdir(), 'retort-test-'));
    const message = await failedStart({ ...environmentOf(database), RETORT_DATA: directory });
    expect(message).toContain('is in use by another Retort process');
    await register(first, 'still-served');
    first.send('SIGTERM');
    await first.exited;
    await rm(directory, { recursive: true });
  });

  it('something that accepts connections but never speaks', async () => {
    expect(await unanswered).toContain('no answer within 10 s. Check host, port and firewall.');
  });
});
