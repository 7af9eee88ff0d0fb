import { setTimeout as delay } from 'node:timers/promises';
import type { DeploymentService } from './deployments/index.js';
import type { EventLog } from './platform/events/index.js';
import type { Logger } from './platform/logging.js';

const RETRY_MS = 1_000;
const WHY = 'Another Retort process had the database for a while';

/**
 * What a server does when it may write again after another one did: what it remembered is forgotten, and everything
 * that the database wants now is brought up as after a restart.
 */
export class Reload {
  private running: Promise<void> = Promise.resolve();
  /** Counts the times that everything was forgotten; a recovery of an earlier time gives up. */
  private times = 0;
  private closed = false;
  private done = true;

  constructor(
    private readonly parts: {
      readonly deployments: DeploymentService;
      readonly events: EventLog;
      readonly logger: Logger;
    },
  ) {}

  /** Everything that the database wants is up again. */
  get isDone(): boolean {
    return this.done;
  }

  async forget(): Promise<void> {
    this.times += 1;
    this.done = false;
    await this.running;
    this.parts.events.othersWrote();
    await this.parts.deployments.forget();
  }

  /** Once this process may write. */
  recover(): void {
    this.running = this.attempts(this.times);
  }

  async close(): Promise<void> {
    this.closed = true;
    await this.running;
  }

  private async attempts(time: number): Promise<void> {
    const { deployments, logger } = this.parts;
    while (!this.closed && time === this.times) {
      try {
        await deployments.recover(WHY);
        await deployments.settled();
        this.done = time === this.times;
        return;
      } catch (error) {
        logger.warn({ err: error }, 'not everything could be brought up again yet; trying once more');
        await delay(RETRY_MS);
        await deployments.forget();
      }
    }
  }
}
