import type { IncomingMessage } from 'node:http';
import { CloseCode, type Server as OperationServer } from 'graphql-ws';
import type { WebSocket } from 'ws';
import type { Logger } from '../platform/logging.js';
import type { Addressed, Caller } from '../security/index.js';

/** What is known about one socket besides its messages. */
export interface Connection {
  readonly socket: WebSocket;
  /** Aborted when the socket closes. */
  readonly closed: AbortSignal;
  /** The upgrade. */
  readonly addressed: Addressed;
  /** The header of the upgrade, until `connection_init` brings another. */
  authorization: string | undefined;
  /** Who asked for each operation that is under way, by its id. */
  readonly callers: Map<string, Caller>;
}

/** A peer that does not answer a ping for this long is gone, and so is what it subscribed to. */
const PING_MS = 12_000;

/** Binds one socket to the protocol. Everything that goes wrong ends in the log and closes this socket only. */
export function attachSocket(
  operations: OperationServer<Connection>,
  socket: WebSocket,
  { headers }: IncomingMessage,
  logger: Logger,
): void {
  const gone = new AbortController();
  const fail = (error: unknown) => {
    logger.warn({ err: error }, 'a WebSocket failed');
    socket.close(CloseCode.InternalServerError, 'Internal error');
  };
  const addressed = { headers, protocol: 'http', host: headers.host ?? '' };
  const closed = operations.opened(
    {
      protocol: socket.protocol,
      // Waiting for the socket to take a message is what makes a slow reader slow its own stream and nobody else's.
      send: (data) =>
        new Promise((resolve, reject) => {
          if (socket.readyState !== socket.OPEN) resolve();
          else socket.send(data, (error) => (error ? reject(error) : resolve()));
        }),
      close: (code, reason) => socket.close(code, reason),
      onMessage: (handle) => {
        socket.on('message', (data) => {
          handle(textOf(data)).catch((error: unknown) => {
            if (!gone.signal.aborted) fail(error);
          });
        });
      },
    },
    { socket, closed: gone.signal, addressed, authorization: headers.authorization, callers: new Map() },
  );
  const stopPings = keepAlive(socket);
  // ws closes the socket by itself after an error, with the code that fits (1009 for a message that is too large).
  socket.on('error', (error) => logger.debug({ err: error }, 'a WebSocket ended with an error'));
  socket.once('close', (code, reason) => {
    stopPings();
    gone.abort();
    closed(code, reason.toString()).catch((error: unknown) =>
      logger.warn({ err: error }, 'a WebSocket did not end cleanly'),
    );
  });
}

function keepAlive(socket: WebSocket): () => void {
  let answered = true;
  socket.on('pong', () => {
    answered = true;
  });
  const timer = setInterval(() => {
    if (!answered) {
      socket.terminate();
      return;
    }
    answered = false;
    if (socket.readyState === socket.OPEN) socket.ping();
  }, PING_MS);
  return () => clearInterval(timer);
}

function textOf(data: Buffer | ArrayBuffer | Buffer[]): string {
  if (Array.isArray(data)) return Buffer.concat(data).toString('utf8');
  return Buffer.isBuffer(data) ? data.toString('utf8') : Buffer.from(data).toString('utf8');
}
