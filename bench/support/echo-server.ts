import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { httpRequest, jsonRequest, type Exchange } from './exchange.js';
import { ownedFork, stopped } from './owned.js';

export interface EchoServer extends AsyncDisposable {
  readonly port: number;
  readonly pid: number;
}

export async function startEcho(): Promise<EchoServer> {
  const child = ownedFork(fileURLToPath(new URL('echo-process.js', import.meta.url)), {});
  const [port] = (await once(child, 'message')) as [number];
  return { port, pid: child.pid ?? 0, [Symbol.asyncDispose]: () => stopped(child) };
}

/** The same body, to be sent back. */
export function echoOf(body: Buffer): Exchange {
  // Numbers may be written shorter than they came.
  const expected = Buffer.from(JSON.stringify(JSON.parse(body.toString())));
  return { request: jsonRequest('/echo', body), expected: { kind: 'same', body: expected } };
}

/** The same bytes, to be sent back. */
export function binaryEchoOf(body: Buffer): Exchange {
  const request = httpRequest('POST', '/echo', { 'content-type': 'application/octet-stream' }, body);
  return { request, expected: { kind: 'same', body } };
}
