import { createClient, type Client } from 'graphql-ws/client';
import { socketAddress } from './address.js';
import { connectionLost, connectionOpened, waitBeforeRetry } from './connection.js';
import { askForKey, authorization } from './session.js';

const PING_MS = 10_000;
const PONG_WITHIN_MS = 5_000;
const FORBIDDEN = 4403;

/**
 * The one WebSocket of the page, for everything live. Always open, so that the page knows whether the server is there;
 * opened again whenever it closes, and whatever is subscribed to then is subscribed to again.
 */
export function openSocket(): Client {
  let pongIsDue: ReturnType<typeof setTimeout> | undefined;
  let disposed = false;
  const client = createClient({
    url: socketAddress.href,
    connectionParams: authorization,
    lazy: false,
    keepAlive: PING_MS,
    retryAttempts: Infinity,
    retryWait: waitBeforeRetry,
    shouldRetry: () => true,
    // Closed for good: what asked for it has been told, or there is a key to ask for.
    onNonLazyError: (error) => {
      if (error instanceof CloseEvent && error.code !== FORBIDDEN) connectionLost();
    },
    on: {
      connected: () => connectionOpened(),
      closed: (event) => {
        clearTimeout(pongIsDue);
        if (disposed) return;
        if (event instanceof CloseEvent && event.code === FORBIDDEN) {
          askForKey();
          return;
        }
        connectionLost();
      },
      ping: (received) => {
        // A network that is gone closes nothing; only its silence tells.
        if (!received) pongIsDue = setTimeout(() => client.terminate(), PONG_WITHIN_MS);
      },
      pong: (received) => {
        if (received) clearTimeout(pongIsDue);
      },
    },
  });
  const dispose = client.dispose.bind(client);
  client.dispose = () => {
    disposed = true;
    return dispose();
  };
  return client;
}
