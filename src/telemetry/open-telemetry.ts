import type { OutcomeListener, RequestOutcome } from '../inference/index.js';
import type { TelemetryConfig } from '../platform/telemetry-config.js';
import { withinLimit } from '../platform/within-limit.js';
import type { TraceContext } from '../security/index.js';
import type { Telemetry, TelemetryParts } from './telemetry.js';
import { Metrics } from './metrics.js';
import { resourceOf } from './resource.js';
import { Traces } from './traces.js';

/** Requests that ended in one turn of the event loop; beyond it they are not told. */
const MAX_PENDING = 10_000;
/** What a stop waits for a collector that does not answer. */
const FLUSH_MS = 3_000;

export class OpenTelemetry implements Telemetry {
  private readonly traces: Traces | null;
  private readonly metrics: Metrics | null;
  private pending: RequestOutcome[] = [];

  constructor(
    config: TelemetryConfig,
    private readonly parts: TelemetryParts,
  ) {
    const resource = resourceOf(config);
    const shared = { resource, headers: config.headers, ...parts };
    this.traces = config.traces && new Traces(config.traces, shared);
    this.metrics = config.metrics && new Metrics(config.metrics, shared);
  }

  /** On the request's own time nothing is done but to keep what became of it. */
  readonly requestEnded: OutcomeListener = (outcome) => {
    if (this.pending.length >= MAX_PENDING) return;
    if (this.pending.push(outcome) === 1) setImmediate(this.work);
  };

  private readonly work = (): void => {
    const outcomes = this.pending;
    this.pending = [];
    try {
      for (const outcome of outcomes) {
        this.metrics?.requestEnded(outcome);
        this.traces?.requestEnded(outcome);
      }
    } catch (error) {
      this.parts.logger.warn({ err: error }, 'telemetry could not tell of a request');
    }
  };

  headersFor(trace: TraceContext | undefined): Readonly<Record<string, string>> {
    return trace && this.traces ? this.traces.headersFor(trace) : {};
  }

  async close(): Promise<void> {
    this.work();
    const ended = Promise.all([this.traces?.close(), this.metrics?.close()]);
    const late = () => new Error(`no answer within ${FLUSH_MS} ms`);
    await withinLimit(ended, FLUSH_MS, late).catch((error: unknown) =>
      this.parts.logger.warn(
        { reason: error instanceof Error ? error.message : String(error) },
        'the last traces and metrics did not reach their collector',
      ),
    );
  }
}
