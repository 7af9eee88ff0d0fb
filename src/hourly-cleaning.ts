import type { Logger } from './platform/logging.js';

const INTERVAL_MS = 3_600_000;
const DAY_MS = 86_400_000;

/** Removes what has grown too old of one thing that grows by itself. */
export interface Chore {
  /** What it removes, for the log: "old jobs". */
  readonly what: string;
  readonly run: () => Promise<unknown>;
}

/** Does every chore once everything is up, and every hour from then on. One that fails leaves the others alone. */
export class HourlyCleaning {
  private running: Promise<unknown> = Promise.resolve();
  private readonly timer: NodeJS.Timeout;

  constructor(
    private readonly parts: {
      readonly chores: readonly Chore[];
      readonly logger: Logger;
      readonly isReady: () => boolean;
    },
  ) {
    this.timer = setInterval(() => this.run(), INTERVAL_MS).unref();
  }

  run(): void {
    const { chores, isReady } = this.parts;
    if (isReady()) this.running = Promise.all([this.running, ...chores.map((chore) => this.perform(chore))]);
  }

  async close(): Promise<void> {
    clearInterval(this.timer);
    // A transaction that met a closing database would wait for a connection that does not come.
    await this.running;
  }

  private async perform({ what, run }: Chore): Promise<void> {
    try {
      await run();
    } catch (error) {
      this.parts.logger.warn({ err: error }, `${what} could not be removed`);
    }
  }
}

export function daysAgo(days: number): Date {
  return new Date(Date.now() - days * DAY_MS);
}
