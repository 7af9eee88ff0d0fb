import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';

/** What speaks of the upgrade alone; RFC 9113 says that HTTP2-Settings belongs to h2c. */
const UPGRADE_HEADERS: ReadonlySet<string> = new Set(['upgrade', 'http2-settings']);

/** Whether a request asks for the one protocol that is served beside HTTP. */
export function asksForWebSocket({ method, headers }: IncomingMessage): boolean {
  return method === 'GET' && headers.upgrade?.toLowerCase() === 'websocket';
}

/**
 * Answers requests that ask for a protocol which is not served as if they had not asked, as RFC 9110, section 7.8, has it.
 * Some clients ask with every request: Java's for h2c. Once anybody listens for upgrades, Node.js 20 takes each for one
 * and gives the connection away; newer versions can be told not to, and then lose what was sent behind the request. So
 * the request is put back in front of the connection without its wish, and the connection is given to the server again.
 */
export class IgnoredUpgrades {
  /** The newest answer of each connection: requests sent at once are answered in their order. */
  private readonly answers = new WeakMap<Duplex, ServerResponse>();

  constructor(private readonly server: Server) {
    server.prependListener('request', (request, response) => {
      this.answers.set(request.socket, response);
    });
  }

  /** @param head what has come behind the request's head */
  ignore(request: IncomingMessage, connection: Duplex, head: Buffer): void {
    const start = () => {
      if (connection.destroyed) return;
      connection.unshift(Buffer.concat([headWithoutUpgrade(request), head]));
      this.server.emit('connection', connection);
    };
    const before = this.answers.get(connection);
    if (!before || before.closed || before.writableFinished) start();
    else before.once('close', start);
  }
}

/** The bytes of a request's head. Header values are latin1, and hold no line breaks: they have been parsed. */
function headWithoutUpgrade({ method, url, httpVersion, rawHeaders }: IncomingMessage): Buffer {
  const lines = [`${method ?? ''} ${url ?? ''} HTTP/${httpVersion}`];
  for (let index = 0; index + 1 < rawHeaders.length; index += 2) {
    const [name = '', value = ''] = rawHeaders.slice(index, index + 2);
    if (UPGRADE_HEADERS.has(name.toLowerCase())) continue;
    const kept = name.toLowerCase() === 'connection' ? withoutUpgrade(value) : value;
    if (kept !== '' || value === '') lines.push(`${name}: ${kept}`);
  }
  return Buffer.from(`${lines.join('\r\n')}\r\n\r\n`, 'latin1');
}

/** What else a Connection header says, such as close. */
function withoutUpgrade(connection: string): string {
  return connection
    .split(',')
    .map((option) => option.trim())
    .filter((option) => !UPGRADE_HEADERS.has(option.toLowerCase()))
    .join(', ');
}
