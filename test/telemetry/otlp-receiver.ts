import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Value {
  readonly stringValue?: string;
  readonly intValue?: number | string;
  readonly doubleValue?: number;
  readonly boolValue?: boolean;
}
interface KeyValue {
  readonly key: string;
  readonly value: Value;
}
export interface SentSpan {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly traceState?: string;
  readonly name: string;
  readonly kind: number;
  readonly startTimeUnixNano: string;
  readonly endTimeUnixNano: string;
  readonly attributes: readonly KeyValue[];
  readonly status: { readonly code?: number; readonly message?: string };
}
export interface SentPoint {
  readonly attributes: readonly KeyValue[];
  readonly asInt?: number | string;
  readonly asDouble?: number;
  readonly count?: number | string;
  readonly sum?: number;
  readonly scale?: number;
  readonly positive?: { readonly bucketCounts: readonly (number | string)[] };
}
export interface SentMetric {
  readonly name: string;
  readonly unit: string;
  readonly exponentialHistogram?: { readonly dataPoints: readonly SentPoint[] };
  readonly sum?: { readonly dataPoints: readonly SentPoint[]; readonly isMonotonic: boolean };
  readonly gauge?: { readonly dataPoints: readonly SentPoint[] };
}
interface Sent {
  readonly resourceSpans?: readonly {
    readonly resource: { readonly attributes: readonly KeyValue[] };
    readonly scopeSpans: readonly { readonly spans: readonly SentSpan[] }[];
  }[];
  readonly resourceMetrics?: readonly {
    readonly scopeMetrics: readonly { readonly metrics: readonly SentMetric[] }[];
  }[];
}

export interface Post {
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

/** A collector that keeps what it is sent, or refuses it. */
export class OtlpReceiver {
  readonly posts: Post[] = [];
  /** What it answers; `never` holds every request open. */
  answer: number | 'never' = 200;

  private constructor(private readonly server: Server) {}

  static async listen(): Promise<OtlpReceiver> {
    const server = createServer();
    const receiver = new OtlpReceiver(server);
    server.on('request', (request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        receiver.posts.push({
          path: request.url ?? '',
          headers: request.headers,
          body: Buffer.concat(chunks),
        });
        if (receiver.answer !== 'never') response.writeHead(receiver.answer).end();
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return receiver;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  /** Of JSON. */
  get spans(): SentSpan[] {
    return this.sent('/v1/traces')
      .flatMap(({ resourceSpans = [] }) => resourceSpans)
      .flatMap(({ scopeSpans }) => scopeSpans)
      .flatMap(({ spans }) => spans);
  }

  /** As the last export had them. */
  get metrics(): readonly SentMetric[] {
    const last = this.sent('/v1/metrics').at(-1)?.resourceMetrics ?? [];
    return last.flatMap(({ scopeMetrics }) => scopeMetrics).flatMap(({ metrics }) => metrics);
  }

  get resource(): Record<string, unknown> {
    const [first] = this.sent('/v1/traces').flatMap(({ resourceSpans = [] }) => resourceSpans);
    return first ? plain(first.resource.attributes) : {};
  }

  async close(): Promise<void> {
    const closed = new Promise((resolve) => this.server.close(resolve));
    this.server.closeAllConnections();
    await closed;
  }

  private sent(path: string): Sent[] {
    return this.posts
      .filter((post) => post.path === path)
      .map(({ body }) => JSON.parse(body.toString('utf8')) as Sent);
  }
}

/** Attributes as an object. */
export function plain(attributes: readonly KeyValue[]): Record<string, unknown> {
  return Object.fromEntries(
    attributes.map(({ key, value }) => [
      key,
      value.intValue === undefined
        ? (value.stringValue ?? value.boolValue ?? value.doubleValue)
        : Number(value.intValue),
    ]),
  );
}
