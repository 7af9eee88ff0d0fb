import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { endingAtOnce } from '../../src/graphql/ending-at-once.js';
import type { DatabaseHandle } from '../../src/platform/database/index.js';
import { EventLog, type NewEvent } from '../../src/platform/events/index.js';
import { createLogger } from '../../src/platform/logging.js';
import { openTestDatabase } from '../support/databases.js';
import { patience } from '../support/patience.js';

describe('the stream of events behind a subscription', () => {
  let handle: DatabaseHandle;
  let events: EventLog;
  beforeAll(async () => {
    handle = await openTestDatabase('embedded');
    events = new EventLog(handle.client, createLogger('silent'));
  });
  afterAll(async () => {
    await events.close();
    await handle.close();
  });

  const tell = (message: string) => {
    const event: NewEvent = { kind: 'MODEL_UPDATED', message, actor: 'test' };
    return events.transaction(async () => ({ result: undefined, events: [event] }));
  };
  const watch = (signal: AbortSignal) =>
    endingAtOnce((left) => events.subscribe({ filter: {}, after: undefined, signal: left }), signal);

  it('ends at once when its reader leaves, although nothing happens', async () => {
    const stream = watch(new AbortController().signal);
    const pending = stream.next();
    await delay(100);
    const left = await Promise.race([
      stream.return?.(),
      delay(patience(10_000), 'still waiting', { ref: false }),
    ]);
    expect(left).toEqual({ done: true, value: undefined });
    expect(await pending).toEqual({ done: true, value: undefined });
  });

  it('ends at once when its socket closes', async () => {
    const socket = new AbortController();
    const stream = watch(socket.signal);
    const first = stream.next();
    await delay(100);
    await tell('one');
    expect((await first).value).toMatchObject({ message: 'one' });
    const pending = stream.next();
    socket.abort();
    expect(await Promise.race([pending, delay(patience(10_000), 'still waiting', { ref: false })])).toEqual({
      done: true,
      value: undefined,
    });
  });
});
