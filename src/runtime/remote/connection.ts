import type { IncomingHttpHeaders } from 'node:http';
import { Pool, type Dispatcher } from 'undici';
import { ForbiddenAddress, guardedLookup, isForbiddenHost } from '../../platform/guarded-lookup.js';
import { codeOf, connectFailure, ExchangeFailure } from './remote-failures.js';

const CONNECT_LIMIT_MS = 10_000;

export interface Exchange {
  readonly method: 'GET' | 'POST';
  /** Behind the server's address. */
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Buffer;
  /** From now until the whole answer is there. */
  readonly limitMs: number;
  /** A larger answer is given up. */
  readonly maxBytes: number;
  /** Only while no connection has been lost since then; see `Connection.generation`. */
  readonly generation?: number;
}

export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

/** An exchange under way. */
export interface Sending {
  readonly answer: Promise<Answer>;
  /** Closes the connection it is on, so that the other side hears that nobody waits. */
  readonly cancel: () => void;
}

/**
 * Connections to one server. Each address is checked at the moment of connecting, redirects are not followed, nothing is ever
 * sent twice, and a failure says whether anything was sent at all.
 */
export class Connection {
  private readonly pool: Pool;
  private readonly base: URL;
  private readonly mayConnect: (address: string) => boolean;
  private readonly headers: Readonly<Record<string, string>>;
  private lost = 0;
  /** It keeps no connection, so that losing one tells nothing. */
  closesEach = false;

  constructor(
    url: string,
    options: {
      readonly mayConnect: (address: string) => boolean;
      /** The header's value. */
      readonly authorization: string | null;
      /** Trusted besides the system's own certificates. */
      readonly ca?: string | undefined;
    },
  ) {
    const { mayConnect, authorization, ca } = options;
    this.base = new URL(url);
    this.mayConnect = mayConnect;
    this.headers = {
      'user-agent': 'retort',
      'accept-encoding': 'identity',
      ...(authorization !== null && { authorization }),
    };
    this.pool = new Pool(this.base.origin, {
      // As many as there are exchanges at a time, which is for the caller to bound.
      connections: null,
      pipelining: 1,
      // Each exchange has a limit of its own.
      headersTimeout: 0,
      bodyTimeout: 0,
      connect: {
        timeout: CONNECT_LIMIT_MS,
        lookup: guardedLookup(mayConnect),
        ...(ca !== undefined && { ca }),
      },
    });
    this.pool.on('disconnect', (_origin, _targets, error) => {
      // A server that closes each connection after its answer says so in that answer.
      if (error.code === 'UND_ERR_INFO' && error.message === 'reset') this.closesEach = true;
      else this.lost += 1;
    });
  }

  /** Another one after any connection was lost: what is behind the address may be another server since. */
  get generation(): number {
    return this.lost;
  }

  send(exchange: Exchange): Sending {
    const path = (this.base.pathname === '/' ? '' : this.base.pathname) + exchange.path;
    if (isForbiddenHost(this.base, this.mayConnect))
      return { answer: Promise.reject(connectFailure(null, true)), cancel: () => undefined };
    const handler = new AnswerHandler(exchange, () => this.lost);
    const { method, headers, body } = exchange;
    this.pool.dispatch(
      { method, path, headers: { ...this.headers, ...headers }, body: body ?? null },
      handler,
    );
    return {
      answer: handler.answer,
      cancel: () => handler.fail(new ExchangeFailure('CANCELLED', 'was cancelled')),
    };
  }

  /** Exchanges under way are cut off. */
  async close(): Promise<void> {
    await this.pool.destroy();
  }
}

/** Gathers one answer. Settled once; whatever comes later is dropped. */
class AnswerHandler implements Dispatcher.DispatchHandler {
  readonly answer: Promise<Answer>;
  private resolve: (answer: Answer) => void = () => undefined;
  private reject: (error: Error) => void = () => undefined;
  private controller: Dispatcher.DispatchController | null = null;
  private failure: ExchangeFailure | null = null;
  private started = false;
  private status = 0;
  private headers: IncomingHttpHeaders = {};
  private readonly chunks: Buffer[] = [];
  private bytes = 0;
  private readonly timer: NodeJS.Timeout;

  constructor(
    private readonly exchange: Exchange,
    private readonly generation: () => number,
  ) {
    this.answer = new Promise((resolve, reject) => {
      this.resolve = resolve;
      this.reject = reject;
    });
    this.timer = setTimeout(() => this.tooLate(), exchange.limitMs).unref();
  }

  fail(failure: ExchangeFailure): void {
    if (this.failure !== null) return;
    this.failure = failure;
    clearTimeout(this.timer);
    this.reject(failure);
    if (this.controller?.aborted === false) this.controller.abort(failure);
  }

  /** Right before the request is written. */
  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.controller = controller;
    const { generation } = this.exchange;
    if (this.failure === null && generation !== undefined && generation !== this.generation())
      this.fail(new ExchangeFailure('STALE', 'lost a connection'));
    else if (this.failure !== null) controller.abort(this.failure);
    else this.started = true;
  }

  onResponseStart(
    _controller: Dispatcher.DispatchController,
    status: number,
    headers: IncomingHttpHeaders,
  ): void {
    this.status = status;
    this.headers = headers;
    if (Number(headers['content-length'] ?? 0) > this.exchange.maxBytes) this.tooLarge();
  }

  onResponseData(_controller: Dispatcher.DispatchController, chunk: Buffer): void {
    this.bytes += chunk.length;
    if (this.bytes > this.exchange.maxBytes) this.tooLarge();
    else if (this.failure === null) this.chunks.push(chunk);
  }

  onResponseEnd(): void {
    if (this.failure !== null) return;
    clearTimeout(this.timer);
    const [only] = this.chunks;
    const body = only !== undefined && this.chunks.length === 1 ? only : Buffer.concat(this.chunks);
    this.resolve({ status: this.status, headers: this.headers, body });
  }

  onResponseError(_controller: Dispatcher.DispatchController, error: Error): void {
    if (this.failure !== null) return;
    this.fail(
      this.started
        ? new ExchangeFailure(
            'CUT',
            `closed the connection before its answer was whole (${codeOf(error)})`,
            error,
          )
        : connectFailure(error, isForbidden(error)),
    );
  }

  private tooLate(): void {
    const { limitMs } = this.exchange;
    const what = `did not answer within ${Math.round(limitMs)} ms`;
    this.fail(new ExchangeFailure(this.started ? 'TIMEOUT' : 'UNREACHABLE', what));
  }

  private tooLarge(): void {
    this.fail(
      new ExchangeFailure(
        'TOO_LARGE',
        `answers with more than the ${this.exchange.maxBytes} bytes that are read`,
      ),
    );
  }
}

function isForbidden(error: unknown): boolean {
  if (error instanceof ForbiddenAddress) return true;
  const { cause, errors } = (error ?? {}) as { cause?: unknown; errors?: readonly unknown[] };
  return (cause !== undefined && isForbidden(cause)) || (errors?.some(isForbidden) ?? false);
}
