import { setMaxListeners } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { CloseCode, type Server as OperationServer } from 'graphql-ws';
import type { WebSocket } from 'ws';
import { callerDisconnected } from '../../platform/disconnection.js';
import type { Logger } from '../../platform/logging.js';
import type { RequestBodies } from '../../http/index.js';
import type { Addressed, Caller } from '../../security/index.js';
import type { LongAnswers } from '../http/long-answers.js';
import type { SocketPlace } from '../operations/stream-limits.js';
import type { SocketIntake } from './socket-intake.js';
import { SocketMessages, SocketRefusal } from './socket-messages.js';

/** What is known about one socket besides its messages. */
export interface Connection {
  readonly socket: WebSocket;
  /** Aborted when the socket closes. */
  readonly closed: AbortSignal;
  /** The upgrade. */
  readonly addressed: Addressed;
  /** Of the caller that opened it. */
  readonly address: string;
  /** The header of the upgrade, until `connection_init` brings another. */
  authorization: string | undefined;
  /** The caller of each operation that is under way, by its id. */
  readonly callers: Map<string, Caller>;
  /** Of operations that are about to begin, by their id: those that came in large messages, which the protocol does not read. */
  readonly largeVariables: Map<string, unknown>;
  /** To be called when the client has said who it is. */
  acknowledged(): void;
}

/** A peer that does not answer a ping for this long is gone, and so is what it subscribed to. */
const PING_MS = 12_000;

/** What a socket is bound to. */
export interface SocketParts {
  readonly operations: OperationServer<Connection>;
  readonly bodies: RequestBodies;
  readonly logger: Logger;
  readonly longAnswers: LongAnswers;
}

/** Binds one socket to the protocol. Everything that goes wrong ends in the log and closes this socket only. */
export function attachSocket(
  { operations, bodies, logger, longAnswers }: SocketParts,
  socket: WebSocket,
  { headers }: IncomingMessage,
  { intake, place, address }: { intake: SocketIntake; place: SocketPlace; address: string },
): void {
  const gone = new AbortController();
  // All that runs on the connection listens to it.
  setMaxListeners(0, gone.signal);
  const fail = (error: unknown) => {
    logger.warn({ err: error }, 'a WebSocket failed');
    intake.end(CloseCode.InternalServerError, 'Internal error');
  };
  const addressed = { headers, protocol: 'http', host: headers.host ?? '' };
  const connection: Connection = {
    socket,
    closed: gone.signal,
    addressed,
    address,
    authorization: headers.authorization,
    callers: new Map(),
    largeVariables: new Map(),
    acknowledged: () => {
      intake.acknowledge();
      place.acknowledge();
    },
  };
  const closed = operations.opened(
    {
      protocol: socket.protocol,
      // Waiting for the socket to take a message is what makes a slow reader slow its own stream and nobody else's.
      send: (data) =>
        new Promise((resolve, reject) => {
          const parts = longAnswers.inPlaceOfName(data);
          if (socket.readyState !== socket.OPEN) {
            resolve();
            return;
          }
          // One message, in fragments where it has parts.
          for (const part of parts.slice(0, -1)) socket.send(part, { binary: false, fin: false });
          const last = parts.at(-1) ?? '';
          socket.send(last, { binary: false, fin: true }, (error) => (error ? reject(error) : resolve()));
        }),
      close: (code = CloseCode.InternalServerError, reason = '') => intake.end(code, reason),
      onMessage: (handle) => {
        const messages = new SocketMessages(socket, bodies, {
          pass: ({ text, large }) => {
            if (large) connection.largeVariables.set(large.id, large.variables);
            return handle(text);
          },
          fail: (error) => {
            if (gone.signal.aborted) return;
            if (error instanceof SocketRefusal) intake.end(error.closeCode, error.message);
            else fail(error);
          },
        });
        socket.on('message', (data) => {
          intake.complete();
          messages.take(bytesOf(data));
        });
      },
    },
    connection,
  );
  const stopPings = keepAlive(socket);
  // ws closes the socket by itself after an error, with the code that fits (1009 for a message that is too large).
  socket.on('error', (error) => logger.debug({ err: error }, 'a WebSocket ended with an error'));
  socket.once('close', (code, reason) => {
    stopPings();
    gone.abort(callerDisconnected());
    place.release();
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

function bytesOf(data: Buffer | ArrayBuffer | Buffer[]): Buffer {
  if (Array.isArray(data)) return Buffer.concat(data);
  return Buffer.isBuffer(data) ? data : Buffer.from(data);
}
