import type { Logger } from '../../../platform/logging.js';
import type { EndedSpan } from '../live/request-meter.js';
import { floorTo, SPAN_SECONDS } from '../recent/recent-tallies.js';
import { DeploymentTally } from '../tallies/deployment-tally.js';
import type { MetricsStore, NewTally } from './metrics-store.js';

/** What may wait for a database that is away; a day of some deployments. */
const MAX_PENDING_BYTES = 32 * 1_024 * 1_024;
/** Of one statement. */
const ROWS = 500;
/** Parts of longer tallies that one transaction puts together: others wait for it. */
const PARTS = 1_000;
const MINUTE = 60;
const HOUR = 3_600;

/**
 * Writes what was measured, ten seconds at a time, and puts it together by minutes and hours. While the database is away
 * it waits, within bounds: then the oldest is given up, and that is told.
 */
export class TallyWriter {
  private pending: NewTally[] = [];
  private pendingBytes = 0;
  private writing: Promise<void> | null = null;
  private away = false;
  private lost = false;
  /** The run of this process; 0 before it began. */
  private run = 0;
  private rolledUpUntil = 0;

  constructor(
    private readonly store: MetricsStore,
    private readonly logger: Logger,
    /** Told when something was given up, with the time from which on nothing is missing. */
    private readonly onLost: (at: Date) => void,
    private readonly maxPendingBytes = MAX_PENDING_BYTES,
  ) {}

  begin(run: number): void {
    this.run = run;
  }

  /** @param now seconds since 1970 */
  add(spans: readonly EndedSpan[], now: number): void {
    for (const { deployment, start, tally } of spans) {
      const data = tally.bytes();
      this.pending.push({ deploymentId: deployment.id, start, run: this.run, data });
      this.pendingBytes += data.length;
    }
    while (this.pendingBytes > this.maxPendingBytes) {
      this.pendingBytes -= this.pending.shift()?.data.length ?? 0;
      this.lost = true;
    }
    if (this.lost) this.onLost(new Date(now * 1_000));
  }

  /** Whether something waits to be written. */
  get isBehind(): boolean {
    return this.pending.length > 0;
  }

  /**
   * Writes what waits, and puts together what is complete. One writing at a time; never rejects.
   *
   * @param now seconds since 1970
   */
  flush(now: number): Promise<void> {
    this.writing ??= this.write(now).finally(() => {
      this.writing = null;
    });
    return this.writing;
  }

  /** Resolves when what waits at the moment is written, or could not be. */
  async settled(now: number): Promise<void> {
    await this.writing;
    if (this.isBehind) await this.flush(now);
  }

  private async write(now: number): Promise<void> {
    try {
      while (this.pending.length > 0) {
        const batch = this.pending.slice(0, ROWS);
        await this.store.write(batch, SPAN_SECONDS);
        const written = new Set(batch);
        // Some of them may have been given up meanwhile.
        this.pending = this.pending.filter((tally) => !written.has(tally));
        this.pendingBytes = this.pending.reduce((sum, { data }) => sum + data.length, 0);
      }
      if (this.lost) {
        await this.store.addGap(new Date(now * 1_000));
        this.lost = false;
      }
      if (this.away) this.logger.info('measurements are written again');
      this.away = false;
      await this.rollUp(floorTo(now, SPAN_SECONDS));
    } catch (error) {
      // Once, not every ten seconds while it lasts.
      if (!this.away)
        this.logger.warn({ err: error }, 'measurements could not be written; they wait in memory');
      this.away = true;
    }
  }

  /** @param until before which everything is written */
  private async rollUp(until: number): Promise<void> {
    const minute = floorTo(until, MINUTE);
    if (minute <= this.rolledUpUntil) return;
    await this.rollUpInto(SPAN_SECONDS, MINUTE, minute);
    await this.rollUpInto(MINUTE, HOUR, floorTo(until, HOUR));
    this.rolledUpUntil = minute;
  }

  private async rollUpInto(seconds: number, into: number, before: number): Promise<void> {
    let count: number;
    do {
      count = await this.store.rollUp({ seconds, into, before, take: PARTS }, joined);
    } while (count === PARTS);
  }
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  const sum = new DeploymentTally();
  for (const part of parts) sum.add(part);
  return sum.bytes();
}
