import type { IncomingMessage } from 'node:http';
import { request as httpsRequest, type RequestOptions } from 'node:https';
import type { LookupFunction } from 'node:net';
import { DomainError } from '../../platform/errors.js';
import {
  connectionFailure,
  ForbiddenAddress,
  guardedLookup,
  isForbiddenHost,
} from '../../platform/guarded-lookup.js';
import { isPublicAddress } from '../../platform/public-address.js';
import { artifactAddress } from './artifact-address.js';
import { quoted } from '../names.js';

export interface Download {
  readonly body: AsyncIterable<Uint8Array>;
  /** As the server announced it. */
  readonly expectedBytes: number | undefined;
  /** Ends the transfer, whether or not the body was read. */
  close(): void;
}

export interface DownloadOptions {
  readonly field: readonly string[];
  readonly signal?: AbortSignal | undefined;
}

export interface DownloaderSettings {
  /** Which addresses may be connected to; by default those of the public internet. */
  readonly isAllowed?: (address: string) => boolean;
  /** Trusted besides the system's own certificates. */
  readonly ca?: string;
}

const MAX_REDIRECTS = 5;
/** Silence after which a transfer is given up, and how long one may take altogether. */
const IDLE_TIMEOUT_MS = 30_000;
const TOTAL_TIMEOUT_MS = 15 * 60_000;

/**
 * Fetches an artifact from an address a caller chose, without becoming the caller's hand inside this network: only
 * https, each redirect checked anew, and every address checked at the moment of connecting, so that a name which
 * changes its mind between check and use gains nothing.
 */
export class ArtifactDownloader {
  private readonly isAllowed: (address: string) => boolean;
  private readonly lookup: LookupFunction;
  private readonly ca: string | undefined;

  constructor(settings: DownloaderSettings = {}) {
    this.isAllowed = settings.isAllowed ?? isPublicAddress;
    this.lookup = guardedLookup(this.isAllowed);
    this.ca = settings.ca;
  }

  /** @throws DomainError INVALID_ARGUMENT or ARTIFACT_NOT_FOUND. */
  async open(address: string, options: DownloadOptions): Promise<Download> {
    let url = artifactAddress(address, options.field);
    const deadline = AbortSignal.timeout(TOTAL_TIMEOUT_MS);
    const signal = options.signal ? AbortSignal.any([options.signal, deadline]) : deadline;
    for (let redirects = 0; redirects <= MAX_REDIRECTS; redirects += 1) {
      const response = await this.get(url, { ...options, signal });
      const { statusCode = 0, headers } = response;
      if (statusCode === 200) {
        const announced = headers['content-length'];
        return {
          body: interruptions(response, options.field),
          expectedBytes: announced === undefined ? undefined : Number(announced),
          close: () => response.destroy(),
        };
      }
      response.destroy();
      const location = headers.location;
      if (![301, 302, 303, 307, 308].includes(statusCode) || location === undefined) {
        throw new DomainError(
          'ARTIFACT_NOT_FOUND',
          `Expected ${url.host} to answer 200 with the file, got ${statusCode}. If the file needs a login, use a presigned address or stream it to POST /artifacts.`,
          { field: options.field },
        );
      }
      if (!URL.canParse(location, url))
        throw unreachable(url, 'it redirects to something that is no address', options);
      url = artifactAddress(new URL(location, url).href, options.field);
    }
    throw unreachable(url, `it redirected more than ${MAX_REDIRECTS} times`, options);
  }

  private get(
    url: URL,
    options: DownloadOptions & { readonly signal: AbortSignal },
  ): Promise<IncomingMessage> {
    if (isForbiddenHost(url, this.isAllowed)) return Promise.reject(forbidden(url, options));
    return new Promise((resolve, reject) => {
      const settings: RequestOptions = {
        method: 'GET',
        headers: {
          accept: 'application/octet-stream, */*',
          'accept-encoding': 'identity',
          'user-agent': 'retort',
        },
        lookup: this.lookup,
        agent: false,
        timeout: IDLE_TIMEOUT_MS,
        ...(this.ca !== undefined && { ca: this.ca }),
        signal: options.signal,
      };
      const request = httpsRequest(url, settings, resolve);
      request.once('timeout', () =>
        request.destroy(new Error(`nothing came for ${IDLE_TIMEOUT_MS / 1000} seconds`)),
      );
      request.on('error', (error) =>
        reject(
          error instanceof ForbiddenAddress
            ? forbidden(url, options)
            : unreachable(url, connectionFailure(error), options, error),
        ),
      );
      request.end();
    });
  }
}

/** A transfer that breaks off is the caller's to repeat, not a fault of this server. */
async function* interruptions(
  response: IncomingMessage,
  field: readonly string[],
): AsyncGenerator<Uint8Array> {
  try {
    for await (const chunk of response as AsyncIterable<Uint8Array>) yield chunk;
  } catch (error) {
    throw new DomainError(
      'ARTIFACT_NOT_FOUND',
      `The transfer broke off: ${connectionFailure(error)}. Nothing was kept; try again.`,
      { field, cause: error },
    );
  }
}

function forbidden(url: URL, { field }: DownloadOptions): DomainError {
  return new DomainError(
    'INVALID_ARGUMENT',
    `Expected an address on the public internet; ${quoted(url.hostname)} is not. Stream the file to POST /artifacts and pass its digest.`,
    {
      field,
    },
  );
}

function unreachable(url: URL, why: string, { field }: DownloadOptions, cause?: unknown): DomainError {
  return new DomainError('ARTIFACT_NOT_FOUND', `The file could not be fetched from ${url.host}: ${why}.`, {
    field,
    cause,
  });
}
