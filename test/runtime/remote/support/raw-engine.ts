import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';

export interface RawRequest {
  readonly request: IncomingMessage;
  readonly body: Buffer;
  readonly response: ServerResponse;
}

export const SPEC = { name: 'x', datatype: 'FP32', shape: [-1, 4] };
export const OUT = { name: 'y', datatype: 'FP32', shape: [-1, 4] };

/** A server that says it serves `m`, and answers runs as a test wants: for failures only, which no real engine makes to order. */
export class RawEngine {
  inputs: object[] = [SPEC];
  outputs: object[] = [OUT];
  extensions: string[] = [];
  infer: (asked: RawRequest) => void = ({ response }) => answerTwice(response);
  /** In the place of everything else, when set. */
  other: ((asked: RawRequest) => void) | null = null;
  /** Runs that it was asked for. */
  runs = 0;
  looks = 0;
  readonly sockets = new Set<Socket>();
  url = '';
  private stop: () => Promise<void> = () => Promise.resolve();

  async start(
    options: {
      readonly port?: number;
      readonly host?: string;
      readonly tls?: { cert: string; key: string };
    } = {},
  ): Promise<this> {
    const { port = 0, host = '127.0.0.1', tls } = options;
    const server = tls ? createTlsServer(tls, this.listener) : createServer(this.listener);
    server.on(tls ? 'secureConnection' : 'connection', (socket: Socket) => {
      this.sockets.add(socket);
      socket.on('close', () => this.sockets.delete(socket));
    });
    await new Promise<void>((resolve) => server.listen(port, host, resolve));
    this.url = `${tls ? 'https' : 'http'}://${host}:${(server.address() as AddressInfo).port}`;
    this.stop = () =>
      new Promise((resolve) => {
        for (const socket of this.sockets) socket.destroy();
        server.close(() => resolve());
      });
    return this;
  }

  get port(): number {
    return Number(new URL(this.url).port);
  }

  close(): Promise<void> {
    return this.stop();
  }

  private readonly listener: RequestListener = (request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => this.answer({ request, response, body: Buffer.concat(chunks) }));
  };

  private answer(asked: RawRequest): void {
    const { request, response } = asked;
    const path = request.url ?? '';
    if (path.endsWith('/infer')) this.runs += 1;
    if (path === '/v2/models/m') this.looks += 1;
    if (this.other) this.other(asked);
    else if (path.endsWith('/infer')) this.infer(asked);
    else if (path === '/v2') json(response, 200, { name: 'raw', extensions: this.extensions });
    else if (path === '/v2/models/m')
      json(response, 200, { name: 'm', inputs: this.inputs, outputs: this.outputs });
    else if (path.endsWith('/ready')) json(response, 200, {});
    else json(response, 404, { error: 'no such thing' });
  }
}

export function json(response: ServerResponse, status: number, value: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(value));
}

export function answerTwice(response: ServerResponse): void {
  json(response, 200, { outputs: [{ ...OUT, shape: [1, 4], data: [2, 4, 6, 8] }] });
}
