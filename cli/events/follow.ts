import { setTimeout as wait } from 'node:timers/promises';
import { createClient, type Client } from 'graphql-ws';
import WebSocket from 'ws';
import { FollowEvents, type EventFilter, type EventLineFragment } from '../__generated__/operations.js';
import { failureOf, type GraphqlError } from '../api/graphql-failure.js';
import type { Http } from '../api/http.js';
import { Failure } from '../failure.js';

const PAUSE_MS = 1_000;
/** What the server ends a socket with when another try would end the same: bad message, no key, key refused. */
const FINAL_CODES: ReadonlySet<number> = new Set([4400, 4401, 4403, 4406]);

/**
 * Events as they happen, for ever. After a broken connection it goes on behind the last event that was seen, so that none
 * is lost and none comes twice.
 *
 * @param after the cursor of the last event already seen; only what happens from now on when left out
 * @throws Failure when the server does not accept the key or the cursor, or the first connection fails
 */
export async function* followEvents(
  http: Http,
  filter: EventFilter,
  after: string | undefined,
  signal: AbortSignal,
): AsyncGenerator<EventLineFragment> {
  let cursor = after;
  let connected = false;
  for (;;) {
    const client = connect(http, () => (connected = true));
    const stop = () => void client.dispose();
    signal.addEventListener('abort', stop, { once: true });
    try {
      const events = client.iterate<{ monitoringEvents: EventLineFragment }>({
        query: FollowEvents.text,
        variables: { filter, after: cursor },
      });
      for await (const { data, errors } of events) {
        const [error] = errors ?? [];
        if (error !== undefined) throw failureOf(error);
        if (data == null) continue;
        cursor = data.monitoringEvents.cursor;
        yield data.monitoringEvents;
      }
    } catch (error) {
      if (signal.aborted) return;
      throwIfFinal(error, http, connected);
    } finally {
      signal.removeEventListener('abort', stop);
      await client.dispose();
    }
    if (signal.aborted) return;
    await wait(PAUSE_MS, undefined, { signal }).catch(() => undefined);
  }
}

function connect(http: Http, onConnected: () => void): Client {
  const url = http.address('graphql');
  url.protocol = url.protocol === 'https:' ? 'wss:' : 'ws:';
  return createClient({
    url: url.href,
    webSocketImpl: WebSocket,
    connectionParams: http.headers(),
    retryAttempts: 0,
    lazyCloseTimeout: 0,
    // So that a server that went away without a word is noticed.
    keepAlive: 15_000,
    on: { connected: onConnected },
  });
}

function throwIfFinal(error: unknown, http: Http, connected: boolean): void {
  if (error instanceof Failure) throw error;
  if (Array.isArray(error))
    throw failureOf((error as readonly GraphqlError[])[0] ?? { message: 'It failed.' });
  const code = (error as { readonly code?: unknown } | null)?.code;
  if (code === 4401 || code === 4403)
    throw failureOf({
      message: 'The server does not accept the key.',
      extensions: { code: 'UNAUTHENTICATED' },
    });
  if (typeof code === 'number' && FINAL_CODES.has(code)) throw http.notRetort();
  // Once it worked, it is a matter of time until it works again.
  if (!connected) throw http.lost(error);
}
