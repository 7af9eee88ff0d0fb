import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { openDatabase, type DatabaseHandle } from '../../src/platform/database/index.js';
import { EventLog, type NewEvent } from '../../src/platform/events/index.js';
import { createLogger } from '../../src/platform/logging.js';
import { DatabaseLink } from '../support/database-link.js';
import { createTestDatabase, type TestDatabase } from '../support/databases.js';
import { onPostgres } from '../support/linked-app.js';

const logger = createLogger('silent');
const event = (message: string): NewEvent => ({ kind: 'MODEL_REGISTERED', message, actor: 'tester' });

onPostgres('a transaction whose connection breaks at its commit', () => {
  let database: TestDatabase;
  let link: DatabaseLink;
  let handle: DatabaseHandle;
  let events: EventLog;
  beforeEach(async () => {
    database = await createTestDatabase('postgresql');
    link = await DatabaseLink.open(database.databaseUrl ?? '');
    handle = await openDatabase({ dataDirectory: database.dataDirectory, databaseUrl: link.url }, logger);
    events = new EventLog(handle.client, logger);
  });
  afterEach(async () => {
    await events.close();
    await handle.close();
    await link.close();
    await database.drop();
  });

  const commit = (...messages: string[]) =>
    events.transaction(async () => ({ result: messages.length, events: messages.map(event) }));
  const messages = async () =>
    (await events.page({ take: 100, fromEnd: false })).map(({ message }) => message);

  it('has the result of one that was committed', async () => {
    const heard: string[] = [];
    events.onCommitted(({ message }) => heard.push(message));
    await commit('before');
    link.loseCommitOf('lost answer');
    expect(await commit('lost answer', 'and another')).toBe(2);
    expect(link.pending).toBe(0);
    await commit('after');
    expect(await messages()).toEqual(['before', 'lost answer', 'and another', 'after']);
    expect(heard).toEqual(await messages());
  });

  it('fails when it was not committed, whatever others commit meanwhile', async () => {
    link.breakBefore('COMMIT');
    const failed = expect(commit('never')).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    await Promise.all([failed, failed.then(() => commit('another'))]);
    expect(await messages()).toEqual(['another']);
  });

  it('is not written twice when it is tried again by itself', async () => {
    link.loseCommitOf('REQUEST_FAILED');
    events.record({ kind: 'REQUEST_FAILED', message: 'once', actor: 'tester' });
    while (link.pending > 0 || (await messages()).length === 0) await commit();
    await events.close();
    expect(await messages()).toEqual(['once']);
  });
});
