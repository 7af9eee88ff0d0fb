import { STATUS_CODES, type IncomingMessage, type Server } from 'node:http';
import type { Duplex } from 'node:stream';
import { handleProtocols } from 'graphql-ws';
import { WebSocketServer } from 'ws';
import type { Config } from '../../platform/config.js';
import { asksForWebSocket, IgnoredUpgrades } from '../../http/index.js';
import type { RequestBodies } from '../../http/index.js';
import { authorizeUpgrade, type Guard } from '../../security/index.js';
import type { DocumentCache } from '../compiled/document-cache.js';
import type { GraphqlServices } from '../context.js';
import type { DocumentReader } from '../documents/document.js';
import { LongAnswers } from '../http/long-answers.js';
import { retryAfterSeconds } from '../http/operation-lifecycle.js';
import type { LiveSchema } from '../live-schema.js';
import type { PersistedDocuments } from '../documents/persisted-documents.js';
import type { SharedSubscriptions } from '../operations/shared-subscriptions.js';
import type { SocketPlace, StreamLimits } from '../operations/stream-limits.js';
import { CLOSING_MS, SocketIntake } from './socket-intake.js';
import { attachSocket } from './websocket-connection.js';
import { createOperationServer } from './websocket-operations.js';

/** GraphQL over WebSocket (subprotocol `graphql-transport-ws`) at `/graphql` of the same HTTP server. */
export function serveWebSockets(
  server: Server,
  options: {
    schema: LiveSchema;
    documents: DocumentCache;
    services: GraphqlServices;
    config: Pick<Config, 'apiKey' | 'host' | 'bodyLimitBytes' | 'allowedOrigins'>;
    bodies: RequestBodies;
    guard: Guard;
    persisted: PersistedDocuments;
    readDocument: DocumentReader;
    limits: StreamLimits;
    subscriptions: SharedSubscriptions;
  },
): { close(): Promise<void> } {
  const { services, config, bodies, limits } = options;
  const { addressOf, wrongKeys } = options.guard;
  const longAnswers = new LongAnswers();
  const operations = createOperationServer({ ...options, longAnswers });
  const sockets = new WebSocketServer({
    noServer: true,
    maxPayload: config.bodyLimitBytes,
    handleProtocols: (protocols) => handleProtocols(protocols),
  });
  let closing: Promise<void> | null = null;

  const ignored = new IgnoredUpgrades(server);
  const onUpgrade = (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    if (!asksForWebSocket(request)) {
      ignored.ignore(request, socket, head);
      return;
    }
    // Until the handshake there is no other listener, and an unhandled error would end the process.
    socket.on('error', () => socket.destroy());
    if (closing) {
      refuse(socket, 503, 'The server is stopping.');
      return;
    }
    if (pathOf(request) !== '/graphql') {
      refuse(socket, 404, 'WebSockets are served at /graphql only.');
      return;
    }
    const decision = authorizeUpgrade(request, config);
    if (!decision.allowed) {
      const slowed = decision.status === 401 ? wrongKeys.failed(addressOf(request)) : undefined;
      const answer = () => refuse(socket, decision.status, decision.message);
      if (slowed) void slowed.then(answer);
      else answer();
      return;
    }
    let place: SocketPlace;
    try {
      place = limits.enter(addressOf(request));
    } catch (error) {
      refuse(socket, 503, (error as Error).message, error);
      return;
    }
    // A handshake that is refused has no socket that could close.
    socket.once('close', () => place.release());
    sockets.handleUpgrade(request, socket, head, (client) => {
      const intake = new SocketIntake(client, socket, bodies.memory);
      attachSocket({ operations, bodies, logger: services.logger, longAnswers }, client, request, {
        intake,
        place,
        address: addressOf(request),
      });
    });
  };
  server.on('upgrade', onUpgrade);

  return {
    close() {
      closing ??= end(sockets).finally(() => server.off('upgrade', onUpgrade));
      return closing;
    },
  };
}

async function end(sockets: WebSocketServer): Promise<void> {
  const clients = [...sockets.clients];
  const ended = Promise.all(clients.map((client) => new Promise((resolve) => client.once('close', resolve))));
  for (const client of clients) client.close(1001, 'The server is stopping');
  const timer = setTimeout(() => {
    for (const client of clients) client.terminate();
  }, CLOSING_MS);
  await ended;
  clearTimeout(timer);
  await new Promise<void>((resolve) => sockets.close(() => resolve()));
}

function pathOf(request: IncomingMessage): string {
  return (request.url ?? '').split('?', 1)[0] ?? '';
}

function refuse(socket: Duplex, status: number, message: string, reason?: unknown): void {
  const seconds = retryAfterSeconds([reason]);
  const body = `${message}\n`;
  socket.end(
    `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}\r\nConnection: close\r\nContent-Type: text/plain; charset=utf-8\r\n` +
      (seconds === null ? '' : `Retry-After: ${seconds}\r\n`) +
      `Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
  );
}
