import type { VersionRecord } from '../catalog/index.js';
import type { Account } from './open-model.js';

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
  /** Of those answered by a run: reading its inputs into what the model takes. */
  readonly input: Readonly<Total>;
  /** Of those answered by a run: inside the runtime. A run that several requests shared counts in full for each. */
  readonly infer: Readonly<Total>;
  /** Of those answered by a run: making the answer of what the model gave, but for writing it. */
  readonly output: Readonly<Total>;
  /** Of those answered: without a run of their own, with the time that took. 0 without a response cache. */
  readonly cacheHit: Readonly<Total>;
  /** Of those answered: looked for in vain, with the time that took. 0 without a response cache. */
  readonly cacheMiss: Readonly<Total>;
  /** Rows that ran. */
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
  readonly outputMs: number;
  readonly account: Pick<
    Account,
    'inputMs' | 'inferMs' | 'executions' | 'cacheHits' | 'cacheMisses' | 'cacheMs' | 'cacheHit'
  >;
}

class Counters implements ModelStatistics {
  readonly success = { count: 0, ms: 0 };
  readonly fail = { count: 0, ms: 0 };
  readonly queue = { count: 0, ms: 0 };
  readonly input = { count: 0, ms: 0 };
  readonly infer = { count: 0, ms: 0 };
  readonly output = { count: 0, ms: 0 };
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
  /** By version, then by name. */
  private readonly entries = new Map<string, Map<string, Counters>>();
  private count = 0;

  succeeded(served: Served, { rows, totalMs, queueMs, outputMs, account }: SuccessfulRequest): void {
    const counters = this.of(served);
    add(counters.success, totalMs);
    add(counters.queue, queueMs);
    if (account.cacheHit) {
      add(counters.cacheHit, account.cacheMs);
      return;
    }
    if (account.cacheMisses > 0) add(counters.cacheMiss, account.cacheMs);
    add(counters.input, account.inputMs ?? 0);
    add(counters.infer, account.inferMs);
    add(counters.output, outputMs);
    counters.rows += rows;
    counters.executions += account.executions;
  }

  failed(served: Served, totalMs: number): void {
    add(this.of(served).fail, totalMs);
  }

  all(): readonly ModelStatistics[] {
    return [...this.entries.values()].flatMap((names) => [...names.values()]);
  }

  private of({ version, deployment }: Served): Counters {
    const name = deployment?.name ?? version.modelName;
    const counters = this.entries.get(version.id)?.get(name) ?? this.add(name, version);
    counters.lastAt = Date.now();
    return counters;
  }

  private add(name: string, version: VersionRecord): Counters {
    if (this.count >= MAX_ENTRIES) this.forgetLongestUnused();
    const counters = new Counters(name, version);
    const names = this.entries.get(version.id) ?? new Map<string, Counters>();
    this.entries.set(version.id, names.set(name, counters));
    this.count += 1;
    return counters;
  }

  private forgetLongestUnused(): void {
    const [oldest] = [...this.all()].sort((a, b) => a.lastAt - b.lastAt);
    if (!oldest) return;
    const names = this.entries.get(oldest.version.id);
    names?.delete(oldest.name);
    if (names?.size === 0) this.entries.delete(oldest.version.id);
    this.count -= 1;
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
