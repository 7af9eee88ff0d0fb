import type { IncomingMessage, OutgoingHttpHeaders } from 'node:http';
import { request as httpRequest } from 'node:http';
import { request as httpsRequest, type RequestOptions } from 'node:https';
import { DomainError } from '../../platform/errors.js';
import { connectionFailure, ForbiddenAddress, guardedLookup } from '../../platform/guarded-lookup.js';
import type { OpenFile } from '../located.js';
import { sourceAddress } from '../source-address.js';
import { notPublic, SourceHosts } from '../source-hosts.js';
import { ConnectionLost, ResumedBody } from './resumed-body.js';

export interface DownloaderSettings {
  /** As in RETORT_SOURCE_HOSTS. */
  readonly hosts?: readonly string[];
  /** Which addresses may be connected to; by default those of the public internet. */
  readonly isAllowed?: (address: string) => boolean;
  /** Trusted besides the system's own certificates. */
  readonly ca?: string;
}

export interface WebRequest {
  readonly method?: 'GET' | 'HEAD' | 'POST';
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent to the host of the address, and to no other that it redirects to. */
  readonly authorization?: string | null;
  readonly body?: string;
  /** Makes the headers of each request, as signatures need. No redirect is followed then. */
  readonly sign?: (url: URL, method: string) => Promise<Readonly<Record<string, string>>>;
  readonly followsRedirects?: boolean;
  readonly field: readonly string[];
  readonly signal: AbortSignal;
}

export interface OpenRequest extends Omit<WebRequest, 'method' | 'body'> {
  /** What an answer other than the file means. */
  readonly refusal?: (response: IncomingMessage, url: URL) => Promise<DomainError>;
  /** Sees the answer that has the file. */
  readonly onAnswer?: (response: IncomingMessage) => void;
  /** Bytes, as another answer said; another size is refused. */
  readonly expectedSize?: number | undefined;
}

const MAX_REDIRECTS = 5;
/** Silence after which a transfer is given up. */
const IDLE_TIMEOUT_MS = 30_000;
const REDIRECTS: readonly number[] = [301, 302, 303, 307, 308];

/**
 * Fetches files from addresses that callers chose, without becoming a caller's hand inside this network: https, or what the
 * operator names; each redirect checked anew, and every address checked at the moment of connecting, so that a name which
 * changes its mind between check and use gains nothing.
 */
export class ArtifactDownloader {
  readonly hosts: SourceHosts;

  constructor(private readonly settings: DownloaderSettings = {}) {
    this.hosts = new SourceHosts(settings.hosts ?? [], settings.isAllowed);
  }

  /** Trusted besides the system's own certificates, as PEM. */
  get ca(): string | undefined {
    return this.settings.ca;
  }

  /**
   * Begins to read a file. A transfer that breaks off is gone on with where it was, as long as the server takes ranges and
   * says by an ETag or a time that the file is the same.
   *
   * @throws DomainError INVALID_ARGUMENT or ARTIFACT_NOT_FOUND
   */
  async open(url: URL, request: OpenRequest): Promise<OpenFile> {
    const ask = (headers: Readonly<Record<string, string>>) =>
      this.send(url, { ...request, headers: { ...request.headers, ...headers } });
    const response = await this.told(url, request, () => ask({}));
    if (response.statusCode !== 200) {
      const refusal = request.refusal ?? statusRefusal(request.field);
      const error = await refusal(response, url);
      response.destroy();
      throw error;
    }
    request.onAnswer?.(response);
    const body = new ResumedBody(response, { ask, host: url.host, ...request });
    if (
      request.expectedSize !== undefined &&
      body.total !== undefined &&
      body.total !== request.expectedSize
    ) {
      response.destroy();
      throw failed(url, `it has ${body.total} bytes, where ${request.expectedSize} were announced`, request);
    }
    return { body: body.bytes(), size: body.total ?? request.expectedSize, close: () => body.close() };
  }

  /** One request, its redirects followed. @throws DomainError INVALID_ARGUMENT or ARTIFACT_NOT_FOUND */
  async request(url: URL, request: WebRequest): Promise<IncomingMessage> {
    return this.told(url, request, () => this.send(url, request));
  }

  private async told<T>(url: URL, request: WebRequest, work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof ConnectionLost)) throw error;
      throw failed(url, error.message, request, error);
    }
  }

  /** @throws ConnectionLost, DomainError */
  private async send(first: URL, request: WebRequest): Promise<IncomingMessage> {
    const { authorization = null, field, sign, followsRedirects = sign === undefined } = request;
    let url = first;
    for (let redirects = 0; redirects <= MAX_REDIRECTS; redirects += 1) {
      const signed = sign === undefined ? {} : await sign(url, request.method ?? 'GET');
      const response = await this.connect(url, request, {
        ...request.headers,
        ...(authorization !== null && url.origin === first.origin && { authorization }),
        ...signed,
      });
      const { location } = response.headers;
      if (!followsRedirects || !REDIRECTS.includes(response.statusCode ?? 0) || location === undefined)
        return response;
      response.destroy();
      if (!URL.canParse(location, url))
        throw failed(url, 'it redirects to something that is no address', request);
      const next = sourceAddress(new URL(location, url).href, field);
      if (next.kind !== 'web') throw failed(url, 'it redirects to something that is no web address', request);
      url = next.url;
    }
    throw failed(url, `it redirected more than ${MAX_REDIRECTS} times`, request);
  }

  private connect(
    url: URL,
    { method = 'GET', body, field, signal }: WebRequest,
    headers: OutgoingHttpHeaders,
  ): Promise<IncomingMessage> {
    return new Promise((resolve, reject) => {
      this.hosts.check(url, field);
      const settings: RequestOptions = {
        method,
        headers: {
          accept: 'application/octet-stream, */*',
          'accept-encoding': 'identity',
          'user-agent': 'retort',
          ...headers,
        },
        lookup: guardedLookup(this.hosts.mayConnect(url)),
        agent: false,
        timeout: IDLE_TIMEOUT_MS,
        ...(this.ca !== undefined && { ca: this.ca }),
        signal,
      };
      const request = (url.protocol === 'http:' ? httpRequest : httpsRequest)(url, settings, resolve);
      request.once('timeout', () =>
        request.destroy(new Error(`nothing came for ${IDLE_TIMEOUT_MS / 1000} seconds`)),
      );
      request.on('error', (error) => {
        if (signal.aborted) reject(signal.reason as Error);
        else if (error instanceof ForbiddenAddress) reject(notPublic(url, field));
        else reject(new ConnectionLost(connectionFailure(error), { cause: error }));
      });
      request.end(body);
    });
  }
}

function statusRefusal(field: readonly string[]) {
  return async ({ statusCode }: IncomingMessage, url: URL): Promise<DomainError> =>
    new DomainError(
      'ARTIFACT_NOT_FOUND',
      `Expected ${url.host} to answer 200 with the file, got ${statusCode}. If the file needs a login, name a secret in artifact.location.credentials, use a presigned address, or stream the file to POST /artifacts.`,
      { field },
    );
}

function failed(url: URL, why: string, { field }: Pick<WebRequest, 'field'>, cause?: unknown): DomainError {
  return new DomainError('ARTIFACT_NOT_FOUND', `The file could not be fetched from ${url.host}: ${why}.`, {
    field,
    cause,
  });
}
