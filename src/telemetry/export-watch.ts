import { ExportResultCode, type ExportResult } from '@opentelemetry/core';
import type { Logger } from '../platform/logging.js';

/** Between two warnings at least, however often the collector comes and goes. */
const QUIET_MS = 600_000;
const MAX_REASON = 300;

type Export<T> = (items: T, done: (result: ExportResult) => void) => void;

/** Says once that a collector is not reached, and once that it is again. */
export class ExportWatch {
  private hasWarned = false;
  private warnedAt = -Infinity;
  private readonly origin: string;

  /** @param what such as `Traces` */
  constructor(
    private readonly what: string,
    url: string,
    private readonly logger: Logger,
  ) {
    // Without the password that may stand in it.
    this.origin = new URL(url).origin;
  }

  /** `send`, whose failures end here: the SDK would tell of each in a way of its own. */
  watched<T>(send: Export<T>): Export<T> {
    return (items, done) => {
      const ended = (result: ExportResult) => {
        this.ended(result);
        done({ code: ExportResultCode.SUCCESS });
      };
      try {
        send(items, ended);
      } catch (error) {
        ended({ code: ExportResultCode.FAILED, error: error as Error });
      }
    };
  }

  private ended({ code, error }: ExportResult): void {
    const { what, origin } = this;
    if (code === ExportResultCode.SUCCESS) {
      if (this.hasWarned) this.logger.info(`${what} reach ${origin} again`);
      this.hasWarned = false;
      return;
    }
    const now = performance.now();
    if (this.hasWarned || now - this.warnedAt < QUIET_MS) return;
    this.hasWarned = true;
    this.warnedAt = now;
    this.logger.warn(
      { reason: reasonOf(error) },
      `${what} do not reach ${origin}: what cannot be sent is dropped, requests are answered as before. Check OTEL_EXPORTER_OTLP_ENDPOINT and what listens there.`,
    );
  }
}

function reasonOf(error: (Error & { readonly code?: unknown; readonly data?: unknown }) | undefined): string {
  if (!error) return 'unknown';
  const { message, code, data } = error;
  const parts = [code, message, data].filter((part) => part !== undefined && part !== '');
  return parts.map(String).join(' ').slice(0, MAX_REASON);
}
