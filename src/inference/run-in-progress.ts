import type { RunOptions, RunUnderWay } from '../runtime/index.js';

/** One run of a batch, from when it is asked for until it is over, and who still waits for its answer. */
export class RunInProgress implements RunOptions {
  over = false;
  /** Where it runs, when that can be ended. */
  process: RunUnderWay | null = null;
  private waiting: number;

  constructor(
    readonly rows: number,
    readonly requests: number,
    readonly since: number,
    /** Each may have an answer as large as that. */
    private readonly maxBytesEach: number,
    /** When the last of them will have gone. */
    readonly endsAt: number,
    private readonly onAbandoned: (run: RunInProgress) => void,
  ) {
    this.waiting = requests;
  }

  get maxOutputBytes(): number {
    return this.maxBytesEach * this.requests;
  }

  taken(process: RunUnderWay): void {
    this.process = process;
  }

  /** One of those whose run it is waits no longer. */
  left(): void {
    this.waiting -= 1;
    if (this.waiting > 0 || this.over) return;
    if (this.process?.giveUp) this.process.giveUp();
    else this.onAbandoned(this);
  }
}
