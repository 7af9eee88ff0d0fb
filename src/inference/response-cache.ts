import { LRUCache } from 'lru-cache';
import { Lifetime } from './deadline.js';
import { ownError } from './own-error.js';
import type { Priority } from './priority.js';

/** What an entry takes beside its answer: its key, and its places in the cache's lists. */
const ENTRY_BYTES = 256;

/** How answers of a kind are kept: in a form of their own, so that nobody who got one can change another's. */
export interface Keeping<Answer, Kept extends object> {
  keep(answer: Answer): Kept;
  /** A new answer every time. */
  answer(kept: Kept): Answer;
  bytes(kept: Kept): number;
  /** Whether an equal question would be answered equally; left out, always. */
  lasts?(answer: Answer): boolean;
}

export interface Asker {
  readonly priority: Priority;
  readonly lifetime: Lifetime;
}

export interface Found<Answer> {
  readonly answer: Answer;
  /** Not computed for this asker: it was kept, or an earlier asker was waiting for it. */
  readonly hit: boolean;
}

/**
 * The answers of one loaded model, the longest unused forgotten first. It lives and goes with the model, so its keys need
 * not name the artifact or the pipeline: both are the model's for ever.
 *
 * Invariants: a failure is never kept; equal questions asked at the same time with the same priority are computed once,
 * for as long as any caller waits, the first one or not; no two answers share memory that can change.
 */
export class ResponseCache {
  private readonly kept: LRUCache<string, object>;
  private readonly flights = new Map<string, Flight>();

  constructor(maxBytes: number) {
    this.kept = new LRUCache({ maxSize: maxBytes });
  }

  /** Bytes of answers kept, their keys included. */
  get bytes(): number {
    return this.kept.calculatedSize;
  }

  /**
   * @param key names the question, all of it; two questions of one key have one answer
   * @param compute is given the lifetime of the computation, which ends when nobody waits for it any more
   */
  async find<Answer, Kept extends object>(
    key: string,
    asker: Asker,
    keeping: Keeping<Answer, Kept>,
    compute: (lifetime: Lifetime) => Promise<Answer>,
  ): Promise<Found<Answer>> {
    const kept = this.kept.get(key);
    if (kept) return { answer: keeping.answer(kept as Kept), hit: true };
    // By priority: else the urgent would wait in the place of one that is not.
    const flightKey = `${asker.priority} ${key}`;
    const before = this.flights.get(flightKey);
    const flight = before ?? this.start(key, flightKey, keeping, compute);
    return { answer: keeping.answer((await flight.join(asker.lifetime)) as Kept), hit: before !== undefined };
  }

  private start<Answer, Kept extends object>(
    key: string,
    flightKey: string,
    keeping: Keeping<Answer, Kept>,
    compute: (lifetime: Lifetime) => Promise<Answer>,
  ): Flight {
    const flight = new Flight(
      async (lifetime) => {
        const answer = await compute(lifetime);
        const kept = keeping.keep(answer);
        if (keeping.lasts?.(answer) !== false)
          this.kept.set(key, kept, { size: ENTRY_BYTES + keeping.bytes(kept) });
        return kept;
      },
      () => {
        if (this.flights.get(flightKey) === flight) this.flights.delete(flightKey);
      },
    );
    this.flights.set(flightKey, flight);
    return flight;
  }
}

/** A computation that several wait for. */
class Flight {
  private readonly lifetime = new Lifetime();
  private readonly result: Promise<object>;
  private waiting = 0;

  constructor(
    compute: (lifetime: Lifetime) => Promise<object>,
    private readonly onOver: () => void,
  ) {
    this.result = compute(this.lifetime).finally(onOver);
    // Each waiting caller is told of the failure; when all have left, it needs no reader.
    this.result.catch(() => undefined);
  }

  /** @throws the reason of `lifetime`'s end when that comes first */
  async join(lifetime: Lifetime): Promise<object> {
    this.waiting += 1;
    const own = this.result.catch((error: unknown) => {
      throw ownError(error);
    });
    try {
      return await lifetime.race(own);
    } finally {
      this.waiting -= 1;
      if (this.waiting === 0 && lifetime.reason !== undefined) {
        // Before the end is told: a caller that asks now needs a computation that goes on.
        this.onOver();
        this.lifetime.finish(lifetime.reason);
      }
    }
  }
}
