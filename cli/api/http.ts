import { EXIT } from '../exit-codes.js';
import { codeOf, Failure } from '../failure.js';
import type { ServerAddress } from '../settings.js';
import { exitOf } from './graphql-failure.js';

interface RestRefusal {
  readonly error?: { readonly code?: unknown; readonly message?: unknown } | string;
  readonly errors?: unknown;
}

interface HttpRequest extends RequestInit {
  readonly headers?: Record<string, string>;
}

/** HTTP to one server: adds the key, and turns what goes wrong on the way into failures. */
export class Http {
  constructor(
    readonly server: ServerAddress,
    private readonly signal: AbortSignal,
  ) {}

  /**
   * Where a path lies on the server. Paths that the server itself answers are taken only below its own address: the
   * key must never go anywhere else.
   */
  address(path: string): URL {
    const url = new URL(path.replace(/^\//, ''), this.server.url);
    if (url.href.startsWith(this.server.url.href)) return url;
    throw new Failure(EXIT.UNAVAILABLE, 'NOT_RETORT', 'The server named an address outside itself.');
  }

  headers(): Record<string, string> {
    const { apiKey } = this.server;
    return apiKey === undefined ? {} : { authorization: `Bearer ${apiKey}` };
  }

  async fetch(path: string, request: HttpRequest = {}): Promise<Response> {
    try {
      return await fetch(this.address(path), {
        ...request,
        headers: { ...request.headers, ...this.headers() },
        redirect: 'manual',
        signal: this.signal,
      });
    } catch (error) {
      throw this.lost(error);
    }
  }

  /** A JSON answer; GraphQL's errors are the caller's to look at. */
  async json<Answer>(path: string, request: HttpRequest = {}): Promise<Answer> {
    const response = await this.fetch(path, request);
    const text = await this.text(response);
    const body = parsed(text);
    if (typeof body !== 'object' || body === null) throw this.notRetort(response.status);
    if (!response.ok && !('errors' in body)) throw this.refusal(response.status, text);
    return body as Answer;
  }

  async text(response: Response): Promise<string> {
    try {
      return await response.text();
    } catch (error) {
      throw this.lost(error);
    }
  }

  /** The failure a refusal over plain HTTP stands for. */
  refusal(status: number, text: string): Failure {
    const { error } = (parsed(text) ?? {}) as RestRefusal;
    if (typeof error !== 'object' || typeof error.code !== 'string' || typeof error.message !== 'string')
      return this.notRetort(status);
    const hint = error.code === 'UNAUTHENTICATED' ? ' Set RETORT_API_KEY, or give --api-key.' : '';
    return new Failure(
      status >= 500 ? EXIT.UNAVAILABLE : exitOf(error.code),
      error.code,
      `${error.message}${hint}`,
    );
  }

  notRetort(status?: number): Failure {
    const got =
      status === undefined ? 'something else' : `an answer with status ${status} that is none of its own`;
    return new Failure(
      EXIT.UNAVAILABLE,
      'NOT_RETORT',
      `Expected a Retort server at ${this.server.url.href}, got ${got}. Check --url or RETORT_URL.`,
    );
  }

  /** The connection was never made, or ended before the answer was whole. */
  lost(error: unknown): unknown {
    if (this.signal.aborted || error instanceof Failure) return error;
    const cause = error instanceof Error && error.cause !== undefined ? error.cause : error;
    const reason = CONNECTION_REASONS[codeOf(cause) ?? ''] ?? codeOf(cause) ?? 'the connection failed';
    return new Failure(
      EXIT.UNAVAILABLE,
      'UNREACHABLE',
      `The server at ${this.server.url.href} does not answer: ${reason}. Is it running, and is --url or RETORT_URL right?`,
      null,
      { cause: error },
    );
  }
}

const CONNECTION_REASONS: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'the connection was refused',
  ECONNRESET: 'the connection broke',
  EPIPE: 'the connection broke',
  UND_ERR_SOCKET: 'the connection broke',
  ENOTFOUND: 'no machine has this name',
  EAI_AGAIN: 'the name could not be looked up',
  ETIMEDOUT: 'the connection timed out',
  UND_ERR_CONNECT_TIMEOUT: 'the connection timed out',
  UND_ERR_HEADERS_TIMEOUT: 'the answer took too long',
  UND_ERR_BODY_TIMEOUT: 'the answer stopped half-way',
};

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
