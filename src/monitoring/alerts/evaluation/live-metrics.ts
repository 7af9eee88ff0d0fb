import type { RequestOutcome } from '../../../inference/index.js';
import type { Logger } from '../../../platform/logging.js';
import type { RecentTally, WindowTallies } from '../../metrics/index.js';
import { BackgroundReadings } from './background-readings.js';
import type { MetricSource, WindowMetrics } from './metric-source.js';
import { windowOf, type Held } from './metric-windows.js';

/** As much of the metrics as looks need. */
export interface Metrics {
  /** Null for what is older than memory. */
  recent(deployment: string, windowMs: number, agoMs: number): RecentTally | null;
  tallies(deployments: readonly string[], windowMs: number, until: Date | null): Promise<WindowTallies>;
}

/** What is measured now; the same for every rule within one look. */
export class LiveMetrics implements MetricSource {
  readonly knownSince = Date.now();
  /** Windows that reach back further than memory does. */
  private readonly stored: BackgroundReadings<WindowMetrics> | null;
  private windows = new Map<string, WindowMetrics | undefined>();
  private last = new Map<string, number | null>();

  constructor(
    private readonly parts: {
      /** Null: nothing is measured. */
      readonly metrics: Metrics | null;
      readonly held: (deployment: string) => Held | null;
      readonly logger: Logger;
    },
  ) {
    const { metrics, logger } = parts;
    this.stored =
      metrics &&
      new BackgroundReadings({
        what: 'windows of alert rules',
        logger,
        async read(names, { windowMs, agoMs }, now) {
          const until = agoMs === 0 ? null : new Date(now - agoMs);
          const { tallies, seconds } = await metrics.tallies(names, windowMs, until);
          return tallies.map((tally) => windowOf(tally.total(), seconds, { held: null, isComplete: true }));
        },
      });
  }

  /** For `InferenceService.onRequestEnded`. */
  readonly requestEnded = (outcome: RequestOutcome): void => {
    const { target, at } = outcome;
    const name = target?.deployment?.name ?? (outcome.ok ? null : outcome.requested.deployment);
    // Names that callers make up must not make anything grow.
    if (name !== null && (target !== null || this.last.has(name))) this.last.set(name, at);
  };

  /** A look begins: what was found for the one before is forgotten. */
  beginLook(deployments: readonly { readonly name: string }[]): void {
    this.windows = new Map();
    this.last = new Map(deployments.map(({ name }) => [name, this.last.get(name) ?? null]));
  }

  /** A look is over: what it asked for in vain is read for the next. */
  endLook(now: number): void {
    this.stored?.refresh(now);
  }

  lastRequestAt(deployment: string): number | null {
    return this.last.get(deployment) ?? null;
  }

  window(deployment: string, windowMs: number, agoMs: number): WindowMetrics | undefined {
    const key = `${windowMs} ${agoMs} ${deployment}`;
    const known = this.windows.get(key);
    if (known || this.windows.has(key)) return known;
    const recent = this.parts.metrics?.recent(deployment, windowMs, agoMs);
    const found = recent
      ? windowOf(recent.tally.total(), windowMs / 1_000, {
          held: this.parts.held(deployment),
          isComplete: recent.isComplete,
        })
      : this.stored?.find(deployment, { windowMs, agoMs });
    this.windows.set(key, found);
    return found;
  }

  async close(): Promise<void> {
    await this.stored?.close();
  }
}
