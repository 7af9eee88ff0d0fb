import type { PredictionLogSettings } from '../../deployments/index.js';
import type { AnsweredRequest, RequestOutcome } from '../../inference/index.js';
import type { Database } from '../../platform/database/index.js';
import type { Logger } from '../../platform/logging.js';
import { Turns } from '../../platform/turns.js';
import { RowSampler } from '../row-sampler.js';
import { ChancePicker } from './chance-picker.js';
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

interface Pending {
  readonly deploymentId: string;
  readonly settings: PredictionLogSettings;
  readonly picker: ChancePicker;
  readonly sampler: RowSampler;
  entries: (NewLoggedPrediction | undefined)[];
}

/**
 * Keeps predictions of deployments that log them, masked before they are held. A request never waits for it, fails of it, or
 * is looked at while it runs: what cannot be written is dropped.
 */
export class PredictionLogRecorder {
  private readonly store: LoggedPredictionStore;
  private readonly byDeployment = new Map<string, Pending>();
  /** What each deployment's log takes, as far as it was asked for. */
  private readonly sizes = new Map<string, number>();
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
    const { id } = outcome.target.deployment;
    const settings = outcome.settings.predictionLog;
    const picked: number[] = [];
    this.pendingOf(id, settings).picker.offer(entriesOf(outcome), (place) => picked.push(place));
    if (picked.length > 0) setImmediate(() => this.take(this.pendingOf(id, settings), outcome, picked));
  };

  /** Writes what was taken so far. */
  async flush(): Promise<void> {
    await new Promise((resolve) => setImmediate(resolve));
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

  private pendingOf(deploymentId: string, settings: PredictionLogSettings): Pending {
    const known = this.byDeployment.get(deploymentId);
    if (known?.settings === settings) return known;
    const pending: Pending = {
      deploymentId,
      settings,
      picker: new ChancePicker(settings.sampleRate, this.random),
      sampler: known?.sampler ?? new RowSampler(MAX_ENTRIES, this.random),
      entries: known?.entries ?? [],
    };
    this.byDeployment.set(deploymentId, pending);
    return pending;
  }

  private take(pending: Pending, request: AnsweredRequest, picked: readonly number[]): void {
    const { deploymentId, settings, sampler } = pending;
    try {
      sampler.offer(picked.length, (row, place) => {
        if (this.pendingBytes >= MAX_PENDING_BYTES) return;
        const entry = loggedEntry(request, deploymentId, settings, picked[row] ?? 0);
        if (entry === null) return;
        this.pendingBytes += entry.bytes - (pending.entries[place]?.bytes ?? 0);
        pending.entries[place] = entry;
      });
    } catch (error) {
      this.logger.warn({ err: error, deploymentId }, 'a prediction could not be logged');
    }
    this.timer ??= setTimeout(() => {
      this.timer = null;
      this.write().catch((error: unknown) => this.logger.warn({ err: error }, 'predictions were not logged'));
    }, FLUSH_DELAY_MS).unref();
  }

  private write(): Promise<void> {
    return this.writing.run(async () => {
      const batches = [...this.byDeployment.values()].map(({ deploymentId, settings, entries, sampler }) => {
        sampler.reset();
        return { deploymentId, settings, entries: entries.filter((entry) => entry !== undefined) };
      });
      // Settings are those of the next request.
      this.byDeployment.clear();
      this.pendingBytes = 0;
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
