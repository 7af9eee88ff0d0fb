import type { PredictionLogSettings } from '../../deployments/index.js';
import type { AnsweredRequest, RequestOutcome } from '../../inference/index.js';
import type { Database } from '../../platform/database/index.js';
import type { Logger } from '../../platform/logging.js';
import { Turns } from '../../platform/turns.js';
import { PacedSampler } from '../paced-sampler.js';
import { entriesOf, loggedEntry } from './logged-rows.js';
import { LoggedPredictionStore } from './logged-prediction-store.js';
import type { NewLoggedPrediction } from './records.js';

/** Predictions are written together, this long after the first of them. */
const FLUSH_DELAY_MS = 1_000;
/** Of one deployment between two writings; of more, a uniform sample. */
const MAX_ENTRIES = 200;
/** Of all deployments, between two writings. */
const MAX_PENDING_BYTES = 8 * 1_024 * 1_024;
/** Beyond what is allowed, before the oldest are removed: not with each writing. */
const SLACK = 1.02;

/** What a revision's predictions wait for. */
interface Pending {
  readonly deploymentId: string;
  readonly settings: PredictionLogSettings;
  readonly sampler: PacedSampler;
  entries: (NewLoggedPrediction | undefined)[];
}

interface Picked {
  readonly pending: Pending;
  readonly request: AnsweredRequest;
  readonly entry: number;
  readonly place: number;
}

/**
 * Keeps predictions of deployments that log them, masked before they are held. A request pays for drawing whether it is kept; it
 * never waits for the rest, and cannot fail of it. What cannot be written is dropped.
 */
export class PredictionLogRecorder {
  private readonly store: LoggedPredictionStore;
  /** Each revision has settings of its own. */
  private readonly pending = new Map<PredictionLogSettings, Pending>();
  /** What each deployment's log takes, as far as it was asked for. */
  private readonly sizes = new Map<string, number>();
  private picked: Picked[] = [];
  private pendingBytes = 0;
  private timer: NodeJS.Timeout | null = null;
  private readonly writing = new Turns();
  private away = false;

  constructor(
    database: Database,
    private readonly logger: Logger,
    private readonly random: () => number = Math.random,
  ) {
    this.store = new LoggedPredictionStore(database);
  }

  /** Called for every request, on its own time. */
  readonly ended = (outcome: RequestOutcome): void => {
    if (!outcome.ok || outcome.settings.predictionLog === null || outcome.target.deployment === null) return;
    const settings = outcome.settings.predictionLog;
    let pending = this.pending.get(settings);
    if (!pending) {
      const sampler = new PacedSampler(MAX_ENTRIES, settings.sampleRate, this.random);
      pending = { deploymentId: outcome.target.deployment.id, settings, sampler, entries: [] };
      this.pending.set(settings, pending);
      this.schedule();
    }
    const { picked } = this;
    const before = picked.length;
    const into = pending;
    into.sampler.offer(entriesOf(outcome), (entry, place) =>
      picked.push({ pending: into, request: outcome, entry, place }),
    );
    if (before === 0 && picked.length > 0) setImmediate(this.look);
  };

  /** Writes what was taken so far. */
  async flush(): Promise<void> {
    if (this.timer) clearTimeout(this.timer);
    this.timer = null;
    await this.write();
  }

  /** The log has become smaller. */
  resized(deploymentId: string): void {
    this.sizes.delete(deploymentId);
  }

  close(): Promise<void> {
    return this.flush();
  }

  private schedule(): void {
    this.timer ??= setTimeout(() => {
      this.timer = null;
      this.write().catch((error: unknown) => this.logger.warn({ err: error }, 'predictions were not logged'));
    }, FLUSH_DELAY_MS).unref();
  }

  private readonly look = (): void => {
    const { picked } = this;
    this.picked = [];
    for (const { pending, request, entry, place } of picked)
      try {
        if (this.pendingBytes >= MAX_PENDING_BYTES) continue;
        const made = loggedEntry(request, pending.deploymentId, pending.settings, entry);
        if (made === null) continue;
        this.pendingBytes += made.bytes - (pending.entries[place]?.bytes ?? 0);
        pending.entries[place] = made;
      } catch (error) {
        this.logger.warn(
          { err: error, deploymentId: pending.deploymentId },
          'a prediction could not be logged',
        );
      }
  };

  private write(): Promise<void> {
    return this.writing.run(async () => {
      this.look();
      const batches = [...this.pending.values()].map((pending) => {
        const { deploymentId, settings, sampler } = pending;
        // What nobody was asked by for a second may be of a revision that is gone.
        if (sampler.isFresh) this.pending.delete(settings);
        sampler.reset();
        const entries = pending.entries.filter((entry) => entry !== undefined);
        pending.entries = [];
        return { deploymentId, settings, entries };
      });
      this.pendingBytes = 0;
      if (this.pending.size > 0) this.schedule();
      for (const { deploymentId, settings, entries } of batches)
        if (entries.length > 0) await this.writeOne(deploymentId, settings, entries);
    });
  }

  private async writeOne(
    deploymentId: string,
    { maxBytes }: PredictionLogSettings,
    entries: readonly NewLoggedPrediction[],
  ): Promise<void> {
    try {
      await this.store.add(deploymentId, entries);
      this.away = false;
      const bytes = entries.reduce((sum, entry) => sum + entry.bytes, 0);
      const known = this.sizes.get(deploymentId);
      const size = known === undefined ? await this.store.sizeOf(deploymentId) : known + bytes;
      const isBeyond = size > maxBytes * SLACK;
      this.sizes.set(deploymentId, isBeyond ? await this.store.removeBeyond(deploymentId, maxBytes) : size);
    } catch (error) {
      // Once, not every second while it lasts.
      if (!this.away)
        this.logger.warn({ err: error, predictions: entries.length }, 'predictions were not logged');
      this.away = true;
    }
  }
}
