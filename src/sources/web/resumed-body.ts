import type { IncomingMessage } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import { backoffMs } from '../../platform/backoff.js';
import { DomainError } from '../../platform/errors.js';
import { connectionFailure } from '../../platform/guarded-lookup.js';

/** No connection, or it broke: trying again may help. */
export class ConnectionLost extends Error {}

/** In a row, without a byte in between. */
const MAX_FAILURES = 6;
const FIRST_WAIT_MS = 100;
const LONGEST_WAIT_MS = 5_000;
const PASSING: readonly number[] = [408, 429, 500, 502, 503, 504];

interface Transfer {
  /** Asks for the file again, with these headers besides. @throws ConnectionLost, DomainError */
  readonly ask: (headers: Readonly<Record<string, string>>) => Promise<IncomingMessage>;
  readonly host: string;
  readonly field: readonly string[];
  readonly signal: AbortSignal;
}

/**
 * The bytes of a file over as many connections as it takes (RFC 9110, sections 13.1.5 and 14): after a break the rest is asked
 * for, on the condition that the file is the same. What a server says no such thing of is not gone on with.
 */
export class ResumedBody {
  /** Bytes of the file; undefined when the server does not say. */
  readonly total: number | undefined;
  private readonly validator: string | null;
  private received = 0;
  private failures = 0;

  /** @param response 200, with the whole file */
  constructor(
    private response: IncomingMessage,
    private readonly transfer: Transfer,
  ) {
    const length = response.headers['content-length'];
    this.total = length === undefined ? undefined : Number(length);
    this.validator = validatorOf(response);
  }

  close(): void {
    this.response.destroy();
  }

  async *bytes(): AsyncGenerator<Uint8Array> {
    let skip = 0;
    for (;;) {
      try {
        for await (const part of this.response as AsyncIterable<Uint8Array>) {
          const chunk = skip === 0 ? part : part.subarray(skip);
          skip -= part.length - chunk.length;
          if (chunk.length === 0) continue;
          this.received += chunk.length;
          this.failures = 0;
          yield chunk;
        }
        if (this.total === undefined || this.received >= this.total) return;
        throw new ConnectionLost('the answer ended early');
      } catch (error) {
        if (this.received === this.total) return;
        skip = await this.goOn(error);
      }
    }
  }

  /** Has the rest sent. @returns how many bytes of the answer are known already. @throws DomainError */
  private async goOn(problem: unknown): Promise<number> {
    const { ask, signal } = this.transfer;
    for (let last = problem; ;) {
      signal.throwIfAborted();
      this.failures += 1;
      if (this.validator === null || this.failures > MAX_FAILURES) throw this.broken(last);
      await delay(backoffMs(this.failures, FIRST_WAIT_MS, LONGEST_WAIT_MS), undefined, { signal });
      try {
        this.response = await ask({ range: `bytes=${this.received}-`, 'if-range': this.validator });
      } catch (error) {
        if (!(error instanceof ConnectionLost)) throw error;
        last = error;
        continue;
      }
      const { statusCode = 0, headers } = this.response;
      if (statusCode === 206 && this.isTheRest(headers['content-range'])) return 0;
      // It takes no ranges, or sends the file as it is now.
      if (statusCode === 200 && validatorOf(this.response) === this.validator) return this.received;
      this.response.destroy();
      if (!PASSING.includes(statusCode)) throw this.changed(statusCode);
      last = new ConnectionLost(`it answered ${statusCode}`);
    }
  }

  private isTheRest(range: string | undefined): boolean {
    const [, start, total] = /^bytes (\d+)-\d+\/(\d+|\*)$/.exec(range ?? '') ?? [];
    return (
      Number(start) === this.received &&
      (total === '*' || this.total === undefined || Number(total) === this.total)
    );
  }

  private broken(error: unknown): DomainError {
    const why =
      this.validator === null
        ? 'The server says neither an ETag nor when the file was changed, so the rest cannot be asked for'
        : `It was tried again ${MAX_FAILURES} times`;
    return new DomainError(
      'ARTIFACT_NOT_FOUND',
      `The transfer from ${this.transfer.host} broke off after ${this.received} bytes: ${connectionFailure(error)}. ${why}. Nothing was kept; try again.`,
      { field: this.transfer.field, cause: error },
    );
  }

  private changed(statusCode: number): DomainError {
    const what = [200, 206, 412, 416].includes(statusCode)
      ? 'the file is another one now'
      : `the server answered ${statusCode} then`;
    return new DomainError(
      'ARTIFACT_NOT_FOUND',
      `The transfer from ${this.transfer.host} broke off after ${this.received} bytes, and ${what}. Nothing was kept; try again.`,
      { field: this.transfer.field },
    );
  }
}

/** What `If-Range` may name: a strong ETag, else the time of the last change. */
function validatorOf({ headers }: IncomingMessage): string | null {
  const { etag } = headers;
  if (etag !== undefined && !etag.startsWith('W/')) return etag;
  return headers['last-modified'] ?? null;
}
