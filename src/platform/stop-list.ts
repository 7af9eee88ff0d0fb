import type { Logger } from './logging.js';
import { withinLimit } from './within-limit.js';

/** Every part that was started, stopped last first; one that fails to stop does not keep the others. */
export class StopList {
  private readonly parts: { name: string; stop: () => Promise<void> }[] = [];

  constructor(
    private readonly logger: Logger,
    /** A part that hangs (a model that never returns) must not keep the database from being closed. */
    private readonly limitMs: number,
  ) {}

  add(name: string, stop: () => Promise<void>): void {
    this.parts.push({ name, stop });
  }

  /** @returns false when a part hung or failed. */
  async run(): Promise<boolean> {
    let clean = true;
    for (let part = this.parts.pop(); part; part = this.parts.pop()) {
      const { name, stop } = part;
      await withinLimit(stop(), this.limitMs, () => new Error(`still busy after ${this.limitMs} ms`)).catch(
        (error: unknown) => {
          clean = false;
          this.logger.error({ err: error }, `${name} did not stop cleanly`);
        },
      );
    }
    return clean;
  }
}
