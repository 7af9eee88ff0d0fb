import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface WebServer {
  /** With the port; `127.0.0.1` is what the operator has to list. */
  readonly url: string;
  close(): Promise<void>;
}

export async function startWeb(
  answer: (request: IncomingMessage, response: ServerResponse) => void,
): Promise<WebServer> {
  const server = createServer(answer);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** Sends a file, or the part that is asked for, as servers of files do. */
export function sendFile(
  { headers: { range }, method }: IncomingMessage,
  response: ServerResponse,
  bytes: Buffer,
  headers: Record<string, string>,
  hangUpAfter?: number,
): void {
  const start = Number(/^bytes=(\d+)-$/.exec(range ?? '')?.[1] ?? 0);
  response.writeHead(range === undefined ? 200 : 206, {
    'content-length': bytes.length - start,
    ...(range !== undefined && { 'content-range': `bytes ${start}-${bytes.length - 1}/${bytes.length}` }),
    ...headers,
  });
  if (method === 'HEAD') response.end();
  else if (hangUpAfter === undefined) response.end(bytes.subarray(start));
  else response.write(bytes.subarray(start, start + hangUpAfter), () => response.destroy());
}
