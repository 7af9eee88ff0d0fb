import { DomainError } from '../../platform/errors.js';
import { withinLimit } from '../../platform/within-limit.js';

const RETRY_AFTER_MS = 1_000;

/** Something that holds a loaded model and can let it go while nobody uses it. */
export interface Resident {
  readonly memoryBytes: number;
  /** On the clock of performance.now(). */
  readonly lastUsed: number;
  readonly busy: boolean;
  /** Resolves when the memory is free; false when it became busy first. */
  unload(reason: 'MEMORY'): Promise<boolean>;
}

/** Room in memory for one model: an estimate at first, what the model says of itself once a resident is in. */
export interface Place {
  /** From now on the resident may be asked to leave. */
  occupy(resident: Resident): void;
  /**
   * The model is loaded and its size known; makes the room it takes beyond the estimate.
   *
   * @throws DomainError OVERLOADED as MemoryBudget.reserve.
   */
  resize(bytes: number): Promise<void>;
  free(): void;
}

/** Other models hold the memory now, and may let go of it. */
export class NoRoom extends DomainError {
  constructor(message: string) {
    super('OVERLOADED', message, { retryAfterMs: RETRY_AFTER_MS });
  }
}

interface Reservation {
  bytes: number;
  resident: Resident | null;
}

/** A model that shares its thread with one that never ends cannot be freed; nobody else shall wait for it. */
const UNLOAD_LIMIT_MS = 30_000;

/**
 * The memory that all loaded models share. Room for a new one is made by unloading those that were idle longest; one
 * that is busy is never touched. Invariant: nothing is unloaded in vain, when even that would not make room enough.
 */
export class MemoryBudget {
  private readonly reservations = new Set<Reservation>();
  /** One at a time: two that make room at once would both count on the same memory. */
  private turn: Promise<unknown> = Promise.resolve();
  private waiting = new Set<() => void>();

  constructor(readonly limitBytes: number) {}

  get usedBytes(): number {
    let used = 0;
    for (const reservation of this.reservations) used += sizeOf(reservation);
    return used;
  }

  /**
   * Waits for models that are just being loaded when they might then make room.
   *
   * @param what the version, for the error.
   * @throws DomainError OVERLOADED when it does not fit beside what is busy.
   */
  async reserve(bytes: number, what: string): Promise<Place> {
    const reservation: Reservation = { bytes: 0, resident: null };
    this.reservations.add(reservation);
    const free = () => {
      this.reservations.delete(reservation);
      this.notify();
    };
    try {
      for (;;) {
        const change = new Promise<void>((resolve) => this.waiting.add(resolve));
        if (await this.inTurn(() => this.makeRoom(reservation, bytes, what, true))) break;
        await change;
      }
    } catch (error) {
      free();
      throw error;
    }
    return {
      free,
      occupy: (resident) => {
        reservation.resident = resident;
        this.notify();
      },
      resize: async (size) => {
        await this.inTurn(() => this.makeRoom(reservation, size, what, false));
      },
    };
  }

  /** @returns false when a model that is being loaded may make room soon. */
  private async makeRoom(
    reservation: Reservation,
    bytes: number,
    what: string,
    mayWait: boolean,
  ): Promise<boolean> {
    const others = () => this.usedBytes - sizeOf(reservation);
    const fits = () => others() + bytes <= this.limitBytes;
    const idle = [...this.reservations]
      .flatMap(({ resident }) => (resident && !resident.busy ? [resident] : []))
      .sort((a, b) => a.lastUsed - b.lastUsed);
    const reclaimable = idle.reduce((sum, { memoryBytes }) => sum + memoryBytes, 0);
    if (others() - reclaimable + bytes <= this.limitBytes) {
      for (const resident of idle) {
        if (fits()) break;
        await withinLimit(resident.unload('MEMORY'), UNLOAD_LIMIT_MS, () => new Error('late')).catch(
          () => false,
        );
      }
      if (fits()) {
        reservation.bytes = bytes;
        return true;
      }
    }
    const loading = [...this.reservations].reduce(
      (sum, other) => sum + (other === reservation || other.resident ? 0 : other.bytes),
      0,
    );
    if (mayWait && loading > 0 && others() - reclaimable - loading + bytes <= this.limitBytes) return false;
    const message =
      `There is no room for ${what}: it needs about ${megabytes(bytes)}, and ${megabytes(others())} of the ` +
      `${megabytes(this.limitBytes)} that models may take (RETORT_MODEL_MEMORY_BYTES) are in use, ` +
      `${megabytes(others() - reclaimable)} of it by models that are busy. Undeploy what is not needed, give its ` +
      'deployment fewer replicas, or raise the budget.';
    // A model larger than the whole budget does not fit later either.
    throw bytes > this.limitBytes ? new DomainError('OVERLOADED', message) : new NoRoom(message);
  }

  private notify(): void {
    const { waiting } = this;
    this.waiting = new Set();
    for (const wake of waiting) wake();
  }

  private inTurn<T>(work: () => Promise<T>): Promise<T> {
    const done = this.turn.then(work);
    this.turn = done.catch(() => undefined);
    return done;
  }
}

function sizeOf({ bytes, resident }: Reservation): number {
  return resident ? resident.memoryBytes : bytes;
}

function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(bytes < 1e7 ? 1 : 0)} MB`;
}
