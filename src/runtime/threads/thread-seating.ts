import type { Runner } from '../runner.js';
import type { Seat, Seating } from '../seat.js';
import type { LoadSpec } from '../sessions/session-host.js';
import { ThreadRunner } from './thread-runner.js';

/** Threads beyond the shared ones. When there are as many, long models share them with each other. */
const MAX_EXTRA = 16;
/** Loading more than this takes so long that nothing else should wait behind it. */
const LARGE_BYTES = 16 * 1024 ** 2;

/**
 * SHARED holds several models whose runs are short. OWN holds one that is large, or a replica for which no shared
 * thread was left. SLOW holds models whose runs are long, one if possible, and gives way to the others.
 */
type Role = 'SHARED' | 'OWN' | 'SLOW';

/**
 * Sessions on threads of this process. Threads start when they are needed; a shared one stays, any other ends with its
 * last session. Invariant: a model that was set aside shares a thread only with others that were.
 */
export class ThreadSeating implements Seating {
  readonly #roles = new Map<Runner, Role>();
  #nextSession = 0;

  /** @param workers shared threads at most */
  constructor(private readonly workers: number) {}

  async open(spec: LoadSpec, taken: readonly Runner[]): Promise<Seat> {
    return this.#seat(this.#place(spec.bytes, taken), spec);
  }

  async setAside(seat: Seat, spec: () => Promise<LoadSpec>): Promise<Seat> {
    const role = this.#roles.get(seat.runner);
    if (role === 'SLOW') return seat;
    if (seat.runner.load === 1) {
      this.#makeSlow(seat.runner);
      return seat;
    }
    const what = await spec();
    const runner = this.#hasRoom ? this.#makeSlow(this.#start('SLOW')) : this.#leastLoaded(this.#of('SLOW'));
    return runner === undefined ? seat : this.#seat(runner, what);
  }

  async close({ runner, session }: Seat): Promise<void> {
    await runner.releaseSession(session);
    await this.#endUnused(runner);
  }

  async end(): Promise<void> {
    await Promise.all([...this.#roles.keys()].map((runner) => runner.stop()));
  }

  async #seat(runner: Runner, spec: LoadSpec): Promise<Seat> {
    const session = this.#nextSession++;
    try {
      return { runner, session, outcome: await runner.loadSession(session, spec) };
    } catch (error) {
      await this.#endUnused(runner);
      throw error;
    }
  }

  #place(bytes: number, taken: readonly Runner[]): Runner {
    if (bytes >= LARGE_BYTES && this.#hasRoom) return this.#start('OWN');
    // A thread in an endless run cannot be ended, so it is left out and not counted.
    const shared = this.#of('SHARED').filter(({ unresponsive }) => !unresponsive);
    const free = this.#leastLoaded(shared.filter((runner) => !taken.includes(runner)));
    if (free?.load === 0) return free;
    if (shared.length < this.workers) return this.#start('SHARED');
    if (free !== undefined) return free;
    if (this.#hasRoom) return this.#start('OWN');
    return this.#leastLoaded([...this.#roles.keys()]) ?? this.#start('SHARED');
  }

  get #hasRoom(): boolean {
    return this.#of('OWN').length + this.#of('SLOW').length < MAX_EXTRA;
  }

  #of(wanted: Role): Runner[] {
    return [...this.#roles].filter(([, role]) => role === wanted).map(([runner]) => runner);
  }

  #leastLoaded(runners: readonly Runner[]): Runner | undefined {
    return runners.reduce<Runner | undefined>(
      (least, other) => (least === undefined || other.load < least.load ? other : least),
      undefined,
    );
  }

  #start(role: Role): Runner {
    const runner = new ThreadRunner();
    this.#roles.set(runner, role);
    void runner.failed.then(() => this.#roles.delete(runner));
    return runner;
  }

  #makeSlow(runner: Runner): Runner {
    this.#roles.set(runner, 'SLOW');
    runner.giveWay();
    return runner;
  }

  async #endUnused(runner: Runner): Promise<void> {
    const role = this.#roles.get(runner);
    if (role === undefined || role === 'SHARED' || runner.load > 0) return;
    this.#roles.delete(runner);
    await runner.stop();
  }
}
