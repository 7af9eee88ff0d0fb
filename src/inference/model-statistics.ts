import type { VersionRecord } from '../catalog/index.js';

/** Versions come and go for as long as the server runs; beyond this many the longest unused are forgotten. */
const MAX_ENTRIES = 1_000;

export interface Total {
  readonly count: number;
  readonly ms: number;
}

/** What one version did since the server started, under a deployment's name or on its own. */
export interface ModelStatistics {
  readonly version: VersionRecord;
  /** Null for calls that named the version itself. */
  readonly deployment: string | null;
  /** Requests that were answered, from their arrival to their answer. */
  readonly success: Total;
  readonly fail: Total;
  /** Of those answered: waiting for the model and for its turn. */
  readonly queue: Total;
  /** Of those answered: inside the runtime. A run that several requests shared counts in full for each. */
  readonly infer: Total;
  readonly rows: number;
  /** Runs; requests that ran together share one. */
  readonly executions: number;
  readonly lastAt: Date;
}

interface Served {
  readonly version: VersionRecord;
  readonly deployment: { readonly name: string } | null;
}

export interface SuccessfulRequest {
  readonly rows: number;
  readonly totalMs: number;
  readonly queueMs: number;
  readonly inferMs: number;
  /** The request's share of the runs it took part in: 1 for a run of its own. */
  readonly executions: number;
}

/** Counters for the protocols that ask for sums since the start; events carry the same outcomes one by one. */
export class StatisticsCounter {
  private readonly entries = new Map<string, ModelStatistics>();

  succeeded(served: Served, request: SuccessfulRequest): void {
    const { rows, totalMs, queueMs, inferMs, executions } = request;
    this.update(served, (before) => ({
      success: plus(before.success, totalMs),
      queue: plus(before.queue, queueMs),
      infer: plus(before.infer, inferMs),
      rows: before.rows + rows,
      executions: before.executions + executions,
    }));
  }

  failed(served: Served, totalMs: number): void {
    this.update(served, (before) => ({ fail: plus(before.fail, totalMs) }));
  }

  all(): ModelStatistics[] {
    return [...this.entries.values()];
  }

  private update(
    { version, deployment }: Served,
    change: (before: ModelStatistics) => Partial<ModelStatistics>,
  ): void {
    const key = `${deployment?.name ?? ''} ${version.id}`;
    const before = this.entries.get(key) ?? nothingYet(version, deployment?.name ?? null);
    // Last in the map's order: the first is the longest unused.
    this.entries.delete(key);
    this.entries.set(key, { ...before, ...change(before), lastAt: new Date() });
    if (this.entries.size <= MAX_ENTRIES) return;
    const [oldest] = this.entries.keys();
    if (oldest !== undefined) this.entries.delete(oldest);
  }
}

function nothingYet(version: VersionRecord, deployment: string | null): ModelStatistics {
  const none = { count: 0, ms: 0 };
  return {
    version,
    deployment,
    success: none,
    fail: none,
    queue: none,
    infer: none,
    rows: 0,
    executions: 0,
    lastAt: new Date(0),
  };
}

function plus({ count, ms }: Total, more: number): Total {
  return { count: count + 1, ms: ms + more };
}
