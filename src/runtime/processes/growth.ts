/** Beyond twice what a model held after its warm-up, a process may hold so much more before it is replaced. */
const ROOM_BYTES = 256 * 1024 ** 2;
/** What is grown into again so soon is what the callers need. */
const AGAIN_MS = 600_000;

/**
 * Decides when a process that has grown is to be replaced, so that the memory is given back: the runtime keeps what one large
 * request took. A size that is reached again within ten minutes is left, since the same callers would only fill it
 * anew.
 */
export class Growth {
  static readonly UNBOUNDED = new Growth(Infinity);
  /** A process that holds more is worth a question to `mayGiveBack`. */
  limitBytes: number;
  private readonly usualBytes: number;
  private lastAt = -Infinity;

  constructor(
    private readonly warmBytes: number,
    private readonly now: () => number = () => performance.now(),
  ) {
    this.usualBytes = 2 * warmBytes + ROOM_BYTES;
    this.limitBytes = this.usualBytes;
  }

  /** Whether an earlier request's leavings are a good part of what it holds. */
  hasGrown(bytes: number): boolean {
    return bytes > 1.25 * this.warmBytes + ROOM_BYTES / 8;
  }

  mayGiveBack(bytes: number): boolean {
    const now = this.now();
    if (bytes <= this.limitBytes) return false;
    const again = now - this.lastAt < AGAIN_MS;
    this.lastAt = now;
    this.limitBytes = again ? 2 * bytes : this.usualBytes;
    return !again;
  }
}
