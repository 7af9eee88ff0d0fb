import { createHmac } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';

export interface ReceivedCall {
  readonly path: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

/** What a path answers; by default 204. */
export type Route = (request: IncomingMessage, response: ServerResponse) => void;

/** Somebody who gets webhooks: a real server on this machine. */
export interface WebhookReceiver {
  /** Such as `http://127.0.0.1:41234`. */
  readonly origin: string;
  readonly calls: ReceivedCall[];
  readonly routes: Map<string, Route>;
  close(): Promise<void>;
}

export async function startReceiver(tls?: { cert: string; key: string }): Promise<WebhookReceiver> {
  const calls: ReceivedCall[] = [];
  const routes = new Map<string, Route>();
  const listener = (request: IncomingMessage, response: ServerResponse) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const path = request.url ?? '';
      calls.push({ path, headers: request.headers, body: Buffer.concat(chunks).toString() });
      const route = routes.get(path);
      if (route) route(request, response);
      else response.writeHead(204).end();
    });
  };
  const server: Server = tls ? createTlsServer(tls, listener) : createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    origin: `${tls ? 'https://localhost' : 'http://127.0.0.1'}:${port}`,
    calls,
    routes,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** As docs/monitoring.md tells receivers to do it. */
export function isSignedBy(secret: string, { headers, body }: ReceivedCall): boolean {
  const header = String(headers['retort-signature']);
  const { t, v1 } = Object.fromEntries(header.split(',').map((part) => part.split('='))) as {
    t?: string;
    v1?: string;
  };
  return v1 === createHmac('sha256', secret).update(`${t}.${body}`).digest('hex');
}
