import { backoffMs, isHealthy } from '../platform/backoff.js';
import { DomainError } from '../platform/errors.js';
import { WorkerUnavailable } from '../platform/failures.js';
import type { Replica } from './replica.js';
import type { Runner } from './runner.js';
import { RunnerLost } from './runner-lost.js';
import type { LoadOptions } from './sessions/load-options.js';

interface Place {
  /** Null while it is lost. */
  replica: Replica | null;
  /** Another replica that is to take this place, on its way. */
  coming: Promise<boolean> | null;
  /** When its replica was loaded. */
  since: number;
  /** Restarts since it was last healthy. */
  attempt: number;
}

/**
 * Keeps a model's replicas in their places. A replica whose runner ends is loaded again in the background while the others
 * serve; when none is left, the model is lost for good. A runner that is ended on purpose is replaced at once, and what waits
 * for it waits for the next.
 */
export class ReplicaPlaces {
  /** Resolves when the model is lost for good. */
  readonly failed: Promise<DomainError>;
  readonly #places: readonly Place[];
  readonly #restarts = new Set<NodeJS.Timeout>();
  readonly #restarting = new Set<Promise<unknown>>();
  /** Runs that wait for a replica. */
  readonly #waiting: (() => void)[] = [];
  #reportFailure: (error: DomainError) => void = () => undefined;
  #lost: DomainError | undefined;
  #closed = false;

  constructor(
    replicas: readonly Replica[],
    private readonly deps: {
      readonly open: (taken: readonly Runner[]) => Promise<Replica>;
      readonly onRunnerLost: LoadOptions['onRunnerLost'];
      readonly onRunnerRestarted: LoadOptions['onRunnerRestarted'];
    },
  ) {
    this.failed = new Promise((resolve) => (this.#reportFailure = resolve));
    this.#places = replicas.map((replica) => {
      const place: Place = { replica: null, coming: null, since: 0, attempt: 0 };
      this.#put(place, replica);
      return place;
    });
  }

  get lost(): DomainError | undefined {
    return this.#lost;
  }

  get alive(): Replica[] {
    return this.#places.flatMap(({ replica }) => replica ?? []);
  }

  /** Neither lost nor closed. */
  get isWanted(): boolean {
    return !this.#closed && this.#lost === undefined;
  }

  leastBusy(): Replica | null {
    let least: Replica | null = null;
    for (const { replica } of this.#places)
      if (replica?.runner.ended === false && (least === null || replica.inFlight < least.inFlight))
        least = replica;
    return least;
  }

  /** Waits for the process that takes the place of one that was ended. */
  async comesBack(): Promise<Replica> {
    for (;;) {
      const replica = this.leastBusy();
      if (replica !== null) return replica;
      if (this.#lost !== undefined) throw this.#lost;
      if (this.#closed) throw unloaded();
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    }
  }

  /**
   * Loads another replica and puts it into the place of the one that is there, which then leaves as it is told to.
   * @param isNeeded asked when the other is ready
   * @returns whether it is in place
   */
  succeed(old: Replica, leave: (old: Replica) => void, isNeeded = () => true): Promise<boolean> {
    const place = this.#places.find(({ replica }) => replica === old);
    if (place === undefined || !this.isWanted) return Promise.resolve(false);
    const succeed = async (): Promise<boolean> => {
      try {
        const next = await this.#open();
        if (this.isWanted && place.replica === old && isNeeded()) {
          this.#put(place, next);
          leave(old);
          return true;
        }
        await next.close();
      } catch {
        // No memory for it, most likely: what is there goes on.
      }
      return false;
    };
    place.coming ??= this.#track(succeed()).finally(() => (place.coming = null));
    return place.coming;
  }

  /** For a replica that has left its place. */
  retire(old: Replica): void {
    void this.#track(old.retire());
  }

  tellLost(error: DomainError): void {
    this.deps.onRunnerLost?.({ error, replicasLeft: this.alive.length });
  }

  /** Nothing is loaded again from now on, and nobody waits for it any more. */
  close(): void {
    this.#closed = true;
    for (const timer of this.#restarts) clearTimeout(timer);
    this.#wake();
  }

  /** Resolves when nothing is being loaded and nothing is leaving. */
  async settled(): Promise<void> {
    await Promise.all(this.#restarting);
  }

  #open(): Promise<Replica> {
    return this.deps.open(this.alive.map(({ runner }) => runner));
  }

  #wake(): void {
    for (const wake of this.#waiting.splice(0)) wake();
  }

  #put(place: Place, replica: Replica): void {
    place.replica = replica;
    place.since = performance.now();
    void replica.failed.then((error) => this.#onLost(place, replica, error));
    this.#wake();
  }

  #onLost(place: Place, replica: Replica, error: DomainError): void {
    // Another took its place before it ended.
    if (place.replica !== replica) return;
    place.replica = null;
    if (this.#closed) return;
    const now = performance.now();
    if (error instanceof RunnerLost && error.deliberate) {
      this.tellLost(error);
      this.#restartNow(place, now);
      return;
    }
    // One that is just being replaced counts: it may be back before anybody misses it.
    if (!this.#places.some(({ replica: other, coming }) => other !== null || coming !== null)) {
      this.#lose(error);
      return;
    }
    this.tellLost(error);
    place.attempt = isHealthy(now - place.since) ? 0 : place.attempt;
    this.#restartLater(place, now);
  }

  /** For good: the last runner ended, and nothing here brings another. */
  #lose(error: DomainError): void {
    this.#lost = error;
    for (const timer of this.#restarts) clearTimeout(timer);
    this.#restarts.clear();
    this.tellLost(error);
    this.#reportFailure(error);
    this.#wake();
  }

  #track<T>(work: Promise<T>): Promise<T> {
    const settled = work.then(
      () => undefined,
      () => undefined,
    );
    this.#restarting.add(settled);
    void settled.finally(() => this.#restarting.delete(settled));
    return work;
  }

  /** It was ended for what it ran, and not for what it is: nothing speaks against another at once. */
  #restartNow(place: Place, lostAt: number): void {
    place.attempt = 1;
    place.coming = this.#track(this.#restart(place, place.attempt, lostAt)).finally(
      () => (place.coming = null),
    );
  }

  #restartLater(place: Place, lostAt: number): void {
    place.attempt += 1;
    const timer = setTimeout(() => {
      this.#restarts.delete(timer);
      void this.#track(this.#restart(place, place.attempt, lostAt));
    }, backoffMs(place.attempt));
    timer.unref();
    this.#restarts.add(timer);
  }

  async #restart(place: Place, attempt: number, lostAt: number): Promise<boolean> {
    let replica: Replica;
    try {
      replica = await this.#open();
    } catch (error) {
      if (!this.isWanted) return false;
      const others = this.#places.filter((other) => other !== place);
      if (others.some((other) => other.replica !== null || other.coming !== null))
        this.#restartLater(place, lostAt);
      else this.#lose(error instanceof DomainError ? error : lostForGood(error));
      return false;
    }
    if (!this.isWanted) {
      await replica.close();
      return false;
    }
    this.#put(place, replica);
    this.deps.onRunnerRestarted?.({ attempt, afterMs: performance.now() - lostAt });
    return true;
  }
}

export function unloaded(): DomainError {
  return new WorkerUnavailable('The model was unloaded; try again');
}

function lostForGood(cause: unknown): DomainError {
  return new WorkerUnavailable('The model could not be loaded again; try again', { cause });
}
