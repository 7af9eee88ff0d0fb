import type { JobService } from './jobs/index.js';
import type { DriftService, PredictionLog } from './monitoring/index.js';
import type { EventLog } from './platform/events/index.js';
import type { Logger } from './platform/logging.js';
import type { TransferService } from './transfer/index.js';

const INTERVAL_MS = 3_600_000;
const DAY_MS = 86_400_000;

/** Removes request events, archives, jobs, logged predictions and counts for drift that are too old: once everything is up, and every hour then. */
export class HourlyCleaning {
  private running: Promise<unknown> = Promise.resolve();
  private readonly timer: NodeJS.Timeout;

  constructor(
    private readonly parts: {
      readonly events: EventLog;
      readonly transfer: TransferService;
      readonly drift: DriftService;
      readonly predictionLog: PredictionLog;
      readonly logger: Logger;
      readonly requestEventDays: number;
      readonly jobs: JobService;
      readonly jobDays: number;
      readonly isReady: () => boolean;
    },
  ) {
    this.timer = setInterval(() => this.run(), INTERVAL_MS).unref();
  }

  run(): void {
    if (this.parts.isReady())
      this.running = Promise.all([
        this.running,
        this.pruneEvents(),
        this.removeOldArchives(),
        this.removeOldJobs(),
        this.tidyDrift(),
        this.tidyPredictionLog(),
      ]);
  }

  async close(): Promise<void> {
    clearInterval(this.timer);
    // A transaction that met a closing database would wait for a connection that does not come.
    await this.running;
  }

  private async pruneEvents(): Promise<void> {
    const { events, requestEventDays, logger } = this.parts;
    try {
      await events.prune(new Date(Date.now() - requestEventDays * DAY_MS));
    } catch (error) {
      logger.warn({ err: error }, 'old request events could not be pruned');
    }
  }

  private async tidyDrift(): Promise<void> {
    const { drift, logger } = this.parts;
    try {
      await drift.tidy();
    } catch (error) {
      logger.warn({ err: error }, 'old counts for drift could not be joined and removed');
    }
  }

  private async tidyPredictionLog(): Promise<void> {
    const { predictionLog, logger } = this.parts;
    try {
      await predictionLog.tidy();
    } catch (error) {
      logger.warn({ err: error }, 'old logged predictions could not be removed');
    }
  }

  private async removeOldJobs(): Promise<void> {
    const { jobs, jobDays, logger } = this.parts;
    try {
      await jobs.removeFinished(new Date(Date.now() - jobDays * DAY_MS));
    } catch (error) {
      logger.warn({ err: error }, 'old jobs could not be removed');
    }
  }

  private async removeOldArchives(): Promise<void> {
    const { transfer, logger } = this.parts;
    try {
      await transfer.removeOldArchives();
    } catch (error) {
      logger.warn({ err: error }, 'old archives could not be removed');
    }
  }
}
