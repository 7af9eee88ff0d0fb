/** A request as the bytes that go over the wire, and what must come back. */
export interface Exchange {
  /** What it is counted under; one name for all when left out. */
  readonly label?: string;
  readonly request: Buffer;
  readonly expected: ExpectedAnswer;
}

export type ExpectedAnswer =
  | { readonly kind: 'success' }
  | { readonly kind: 'same'; readonly body: Buffer }
  /** One output tensor in an answer of GraphQL or of the Open Inference Protocol, JSON or bytes. */
  | { readonly kind: 'tensor'; readonly values: Float32Array };

export function httpRequest(
  method: 'GET' | 'POST',
  path: string,
  headers: Readonly<Record<string, string | number>> = {},
  body: Buffer = Buffer.alloc(0),
): Buffer {
  const lines = Object.entries({ host: '127.0.0.1', ...headers, 'content-length': body.length });
  const head = `${method} ${path} HTTP/1.1\r\n${lines.map(([name, value]) => `${name}: ${value}\r\n`).join('')}\r\n`;
  return Buffer.concat([Buffer.from(head, 'latin1'), body]);
}

export function jsonRequest(path: string, body: Buffer): Buffer {
  return httpRequest('POST', path, { 'content-type': 'application/json' }, body);
}
