import type { VersionRecord } from '../catalog/index.js';

/** Versions come and go for as long as the server runs; beyond this many the longest unused are forgotten. */
const MAX_ENTRIES = 1_000;

export interface Total {
  count: number;
  ms: number;
}

/** What a version did under one name since the server started. */
export interface ModelStatistics {
  /** The deployment's, or the model's for a version that was called without one. */
  readonly name: string;
  readonly version: VersionRecord;
  /** Requests that were answered, from their arrival to their answer. */
  readonly success: Readonly<Total>;
  readonly fail: Readonly<Total>;
  /** Of those answered: waiting for the model and for its turn. */
  readonly queue: Readonly<Total>;
  /** Of those answered: inside the runtime. A run that several requests shared counts in full for each. */
  readonly infer: Readonly<Total>;
  /** Answered from memory, and computed although they could have been; both 0 without a response cache. */
  readonly cacheHit: Readonly<Total>;
  readonly cacheMiss: Readonly<Total>;
  readonly rows: number;
  /** Runs; requests that ran together share one. */
  readonly executions: number;
  /** When the last request ended, in milliseconds since 1970; 0 when there was none. */
  readonly lastAt: number;
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

class Counters implements ModelStatistics {
  readonly success = { count: 0, ms: 0 };
  readonly fail = { count: 0, ms: 0 };
  readonly queue = { count: 0, ms: 0 };
  readonly infer = { count: 0, ms: 0 };
  readonly cacheHit = { count: 0, ms: 0 };
  readonly cacheMiss = { count: 0, ms: 0 };
  rows = 0;
  executions = 0;
  lastAt = 0;

  constructor(
    readonly name: string,
    readonly version: VersionRecord,
  ) {}
}

/** Sums since the start, for the protocols that ask for them; events carry the same outcomes as they happen. */
export class StatisticsCounter {
  private readonly entries = new Map<string, Counters>();

  succeeded(served: Served, request: SuccessfulRequest): void {
    const counters = this.of(served);
    add(counters.success, request.totalMs);
    add(counters.queue, request.queueMs);
    add(counters.infer, request.inferMs);
    counters.rows += request.rows;
    counters.executions += request.executions;
  }

  failed(served: Served, totalMs: number): void {
    add(this.of(served).fail, totalMs);
  }

  all(): readonly ModelStatistics[] {
    return [...this.entries.values()];
  }

  private of({ version, deployment }: Served): Counters {
    const name = deployment?.name ?? version.modelName;
    const key = `${name} ${version.id}`;
    let counters = this.entries.get(key);
    if (!counters) {
      if (this.entries.size >= MAX_ENTRIES) this.forgetLongestUnused();
      counters = new Counters(name, version);
      this.entries.set(key, counters);
    }
    counters.lastAt = Date.now();
    return counters;
  }

  private forgetLongestUnused(): void {
    const [oldest] = [...this.entries].sort(([, a], [, b]) => a.lastAt - b.lastAt);
    if (oldest) this.entries.delete(oldest[0]);
  }
}

/** What is known of a version nobody has called yet. */
export function noStatistics(name: string, version: VersionRecord): ModelStatistics {
  return new Counters(name, version);
}

function add(total: Total, ms: number): void {
  total.count += 1;
  total.ms += ms;
}
