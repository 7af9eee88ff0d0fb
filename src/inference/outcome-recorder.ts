import type { VersionRecord } from '../catalog/index.js';
import { DomainError } from '../platform/errors.js';
import type { EventLog } from '../platform/events/index.js';
import { requestFields, type Caller } from '../security/index.js';
import { toMicroseconds } from './timing.js';

/** Successful requests of one target are told together, this often. */
const WINDOW_MS = 1_000;
/** Latencies kept per window for the quantiles; beyond it a request replaces a random earlier one (reservoir). */
const RESERVOIR = 512;
const MAX_MESSAGE = 500;

export type Operation = 'infer' | 'predict';

export interface Target {
  readonly version: VersionRecord;
  readonly deployment: { readonly id: string; readonly name: string } | null;
}

interface Window {
  readonly operation: Operation;
  readonly target: Target;
  readonly sampleRequestId: string;
  readonly startedAt: number;
  count: number;
  rows: number;
  cacheHits: number;
  totalMs: number;
  readonly latencies: number[];
}

/** Turns requests into events: every failure is one, successes are gathered into one a second per target. */
export class OutcomeRecorder {
  /** By the id of the version; each has few. */
  private readonly windows = new Map<string, Window[]>();
  private timer: NodeJS.Timeout | null = null;

  constructor(private readonly events: EventLog) {}

  succeeded(
    caller: Caller,
    operation: Operation,
    target: Target,
    outcome: { rows: number; totalMs: number; cacheHit: boolean },
  ): void {
    let window = this.windowOf(operation, target);
    if (!window) {
      window = {
        operation,
        // A handle would keep alive what it was a handle to, for as long as the window is open.
        target: { version: target.version, deployment: target.deployment },
        sampleRequestId: caller.requestId,
        startedAt: performance.now(),
        count: 0,
        rows: 0,
        cacheHits: 0,
        totalMs: 0,
        latencies: [],
      };
      this.windows.set(target.version.id, [...(this.windows.get(target.version.id) ?? []), window]);
      this.timer ??= setTimeout(() => this.flush(), WINDOW_MS).unref();
    }
    window.count += 1;
    window.rows += outcome.rows;
    if (outcome.cacheHit) window.cacheHits += 1;
    window.totalMs += outcome.totalMs;
    const place = window.count <= RESERVOIR ? window.count - 1 : Math.floor(Math.random() * window.count);
    if (place < RESERVOIR) window.latencies[place] = outcome.totalMs;
  }

  failed(
    caller: Caller,
    operation: Operation,
    requested: {
      readonly deployment?: string | null | undefined;
      readonly version?: string | null | undefined;
    },
    { target, masks }: { readonly target: Target | null; readonly masks: boolean },
    error: unknown,
    totalMs: number,
  ): void {
    const code = error instanceof DomainError ? error.code : 'INTERNAL';
    const reason = reasonOf(error, masks);
    const name =
      target?.deployment?.name ??
      target?.version.ref ??
      requested.deployment ??
      requested.version ??
      'nothing';
    this.events.recordFailure(
      error,
      {
        kind: 'REQUEST_FAILED',
        message: `${operation} on ${name.slice(0, 200)} failed: ${reason}`.slice(0, MAX_MESSAGE),
        actor: caller.actor,
        requestId: caller.requestId,
        ...subject(target),
        data: { operation, code, totalMs: toMicroseconds(totalMs) },
      },
      requestFields(caller),
    );
  }

  /** Writes what has been gathered; called by the timer and at shutdown. */
  flush(): void {
    if (this.timer) clearTimeout(this.timer);
    this.timer = null;
    for (const window of [...this.windows.values()].flat()) {
      const sorted = window.latencies.toSorted((a, b) => a - b);
      const { operation, target, count, rows, cacheHits } = window;
      const meanMs = toMicroseconds(window.totalMs / count);
      const name = target.deployment?.name ?? target.version.ref;
      this.events.record({
        kind: 'REQUESTS_SERVED',
        message: `${operation} on ${name} (${target.version.ref}) answered ${count} ${count === 1 ? 'request' : 'requests'} in ${meanMs} ms on average`,
        actor: 'retort',
        ...subject(target),
        data: {
          operation,
          count,
          rows,
          cacheHits,
          windowMs: toMicroseconds(performance.now() - window.startedAt),
          meanMs,
          p50Ms: toMicroseconds(quantile(sorted, 0.5)),
          p99Ms: toMicroseconds(quantile(sorted, 0.99)),
          sampleRequestId: window.sampleRequestId,
        },
      });
    }
    this.windows.clear();
  }

  private windowOf(operation: Operation, { version, deployment }: Target): Window | undefined {
    const windows = this.windows.get(version.id);
    if (!windows) return undefined;
    for (const window of windows)
      if (window.operation === operation && window.target.deployment?.name === deployment?.name)
        return window;
    return undefined;
  }
}

/** @param masks whether some of what was sent must not be told: a message may quote it */
function reasonOf(error: unknown, masks: boolean): string {
  if (!(error instanceof DomainError)) return 'Internal error; the log has the details.';
  return masks ? `${error.code}; the message is left out, since it may quote what is masked` : error.message;
}

function subject(target: Target | null) {
  if (!target) return {};
  const { version, deployment } = target;
  return {
    model: { id: version.modelId, name: version.modelName },
    version: { id: version.id, number: version.number },
    ...(deployment && { deployment: { id: deployment.id, name: deployment.name } }),
  };
}

/** Nearest-rank quantile of sorted values. */
function quantile(sorted: readonly number[], q: number): number {
  return sorted[Math.max(0, Math.ceil(q * sorted.length) - 1)] ?? 0;
}
