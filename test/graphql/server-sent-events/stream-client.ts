import { request, type ClientRequest, type IncomingMessage } from 'node:http';

/** One event of a stream, as it came over the wire. */
export interface StreamEvent {
  readonly id: string | null;
  readonly event: string;
  readonly data: Record<string, unknown> | null;
}

/** A client as `curl -N` is one: it reads lines, and knows no protocol. */
export class StreamClient {
  readonly events: StreamEvent[] = [];
  comments = 0;
  readonly ended: Promise<void>;
  private text = '';
  private waiting: (() => void)[] = [];

  private constructor(
    private readonly sent: ClientRequest,
    readonly response: IncomingMessage,
  ) {
    response.setEncoding('utf8');
    response.on('data', (chunk: string) => this.take(chunk));
    this.ended = new Promise((resolve) => response.once('close', resolve));
    void this.ended.then(() => this.wake());
    response.on('error', () => undefined);
  }

  static open(
    url: string,
    options: {
      readonly body?: object | string;
      readonly headers?: Record<string, string>;
      readonly search?: Record<string, string>;
    },
  ): Promise<StreamClient> {
    const address = new URL(`${url}/graphql/stream`);
    for (const [name, value] of Object.entries(options.search ?? {})) address.searchParams.set(name, value);
    const { body, headers = {} } = options;
    return new Promise((resolve, reject) => {
      const sent = request(address, {
        method: body === undefined ? 'GET' : 'POST',
        headers: { ...(body !== undefined && { 'content-type': 'application/json' }), ...headers },
        agent: false,
      });
      sent.on('error', reject);
      sent.once('response', (response) => resolve(new StreamClient(sent, response)));
      sent.end(typeof body === 'string' ? body : JSON.stringify(body));
    });
  }

  get status(): number {
    return this.response.statusCode ?? 0;
  }

  /** Everything that came and is no stream: a refusal. */
  async refusal(): Promise<{ status: number; message: string; code: unknown; requestId: unknown }> {
    await this.ended;
    const { errors, extensions } = JSON.parse(this.text) as {
      errors: { message: string; extensions: { code: unknown; requestId?: unknown } }[];
      extensions?: { requestId: unknown };
    };
    const [error] = errors;
    return {
      status: this.status,
      message: error?.message ?? '',
      code: error?.extensions.code,
      requestId: extensions?.requestId ?? error?.extensions.requestId,
    };
  }

  /** Waits until so many events have come, or the stream is over. */
  async heard(count: number): Promise<readonly StreamEvent[]> {
    let over = false;
    void this.ended.then(() => (over = true));
    while (this.events.length < count && !isTrue(over))
      await new Promise<void>((go) => this.waiting.push(go));
    return this.events.slice(0, count);
  }

  leave(): void {
    this.sent.destroy();
  }

  private take(chunk: string): void {
    this.text += chunk;
    if (this.response.headers['content-type']?.startsWith('text/event-stream') !== true) return;
    const blocks = this.text.split('\n\n');
    this.text = blocks.pop() ?? '';
    for (const block of blocks) {
      const fields = new Map(
        block
          .split('\n')
          .map((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 1).trim()]),
      );
      if (fields.has('')) {
        this.comments += 1;
        continue;
      }
      const data = fields.get('data') ?? '';
      this.events.push({
        id: fields.get('id') ?? null,
        event: fields.get('event') ?? '',
        data: data === '' ? null : (JSON.parse(data) as Record<string, unknown>),
      });
    }
    this.wake();
  }

  private wake(): void {
    for (const go of this.waiting.splice(0)) go();
  }
}

function isTrue(value: boolean): boolean {
  return value;
}
