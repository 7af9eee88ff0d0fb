export interface BodyPace {
  /** A sender that is silent for so long has died without saying so. */
  readonly stallMs: number;
  /** A body may take so long whatever its size, */
  readonly graceMs: number;
  /** and beyond that a second for so many bytes: less than any network gives that tensors are sent over. */
  readonly leastBytesPerSecond: number;
}

const BODY_PACE: BodyPace = { stallMs: 30_000, graceMs: 30_000, leastBytesPerSecond: 16_384 };

/** Looked at so often within the shorter of the two times. */
const LOOKS = 10;

/** A body on its way in. */
export interface Arriving {
  readonly bytes: number;
  tooSlow(): void;
}

interface Seen {
  bytes: number;
  ageMs: number;
  idleMs: number;
}

/**
 * Watches bodies on their way in: one that trickles holds memory and a connection for as long as its sender likes. One
 * timer for all of them, since most are there before it comes round.
 */
export class BodyWatch {
  private readonly arriving = new Map<Arriving, Seen>();
  private timer: NodeJS.Timeout | null = null;

  constructor(private readonly pace: BodyPace = BODY_PACE) {}

  add(body: Arriving): void {
    this.arriving.set(body, { bytes: 0, ageMs: 0, idleMs: 0 });
    this.timer ??= setInterval(() => this.look(), this.intervalMs).unref();
  }

  delete(body: Arriving): void {
    this.arriving.delete(body);
  }

  close(): void {
    if (this.timer) clearInterval(this.timer);
    this.timer = null;
  }

  private get intervalMs(): number {
    return Math.min(this.pace.stallMs, this.pace.graceMs) / LOOKS;
  }

  private look(): void {
    const { stallMs, graceMs, leastBytesPerSecond } = this.pace;
    for (const [body, seen] of this.arriving) {
      seen.ageMs += this.intervalMs;
      seen.idleMs = body.bytes === seen.bytes ? seen.idleMs + this.intervalMs : 0;
      seen.bytes = body.bytes;
      const dueMs = graceMs + (body.bytes / leastBytesPerSecond) * 1_000;
      if (seen.idleMs < stallMs && seen.ageMs < dueMs) continue;
      this.arriving.delete(body);
      body.tooSlow();
    }
  }
}

/** No fault of the server's; its code is turned into words where all answers are. */
export function bodyTooSlow(): Error {
  return Object.assign(new Error('the body came too slowly'), { statusCode: 408, code: 'BODY_TOO_SLOW' });
}
