import { DomainError } from '../../../platform/errors.js';
import type { Logger } from '../../../platform/logging.js';
import type { DeploymentMetrics } from '../records.js';
import { Topic } from './topic.js';

const SECOND_MS = 1_000;
const SHORTEST_MS = 100;
const LONGEST_MS = 3_600_000;
/** Watched at a time, all different: each is computed at each of its ticks. */
const MAX_TOPICS = 2_000;

/** What those who watch are told each time. */
export interface Watching {
  readonly intervalMs: number;
  readonly windowMs: number;
  /** Ends the stream. */
  readonly signal: AbortSignal;
}

/** Where metrics come from: MetricsService. */
interface Source {
  completeWindow(deploymentName: string, windowMs: number): Promise<DeploymentMetrics | null>;
  completeFleet(windowMs: number): Promise<readonly DeploymentMetrics[]>;
  window(deploymentName: string, windowMs: number): Promise<DeploymentMetrics>;
  fleet(windowMs: number): Promise<readonly DeploymentMetrics[]>;
  onTick(listener: () => void): () => void;
}

/** Metrics as they change: computed once for all who watch the same, and never more for one than it reads. */
export class MetricsFeed {
  private readonly topics = new Map<string, Topic<unknown>>();

  constructor(
    private readonly metrics: Source,
    private readonly logger: Logger,
  ) {}

  /**
   * The metrics of a deployment, at once and then each `intervalMs`, until there is no such deployment.
   *
   * @returns null when there is none
   * @throws DomainError INVALID_ARGUMENT, OVERLOADED, UNAVAILABLE
   */
  deployment(name: string, watching: Watching): Promise<AsyncIterableIterator<DeploymentMetrics> | null> {
    const { windowMs } = watching;
    return this.watch<DeploymentMetrics>(`deployment ${name}`, watching, {
      complete: () => this.metrics.completeWindow(name, windowMs),
      now: async () => {
        const found = await this.metrics.window(name, windowMs);
        return found.deploymentId === null ? null : found;
      },
    });
  }

  /**
   * The metrics of every deployment, at once and then each `intervalMs`.
   *
   * @throws DomainError INVALID_ARGUMENT, OVERLOADED, UNAVAILABLE
   */
  async fleet(watching: Watching): Promise<AsyncIterableIterator<readonly DeploymentMetrics[]>> {
    const { windowMs } = watching;
    const stream = await this.watch<readonly DeploymentMetrics[]>('fleet', watching, {
      complete: () => this.metrics.completeFleet(windowMs),
      now: () => this.metrics.fleet(windowMs),
    });
    if (stream === null) throw new RangeError('Expected a fleet to watch, got none.');
    return stream;
  }

  private async watch<T>(
    what: string,
    { intervalMs, windowMs, signal }: Watching,
    compute: { readonly complete: () => Promise<T | null>; readonly now: () => Promise<T | null> },
  ): Promise<AsyncIterableIterator<T> | null> {
    if (!(intervalMs >= SHORTEST_MS && intervalMs <= LONGEST_MS))
      throw new DomainError(
        'INVALID_ARGUMENT',
        `Expected intervalMs from ${SHORTEST_MS} to ${LONGEST_MS}, got ${intervalMs}.`,
        { field: ['intervalMs'] },
      );
    // Whole seconds end with the second, so that each window is one of complete seconds.
    const bySeconds = intervalMs % SECOND_MS === 0;
    const key = `${intervalMs} ${windowMs} ${what}`;
    let topic = this.topics.get(key) as Topic<T> | undefined;
    if (!topic) {
      if (this.topics.size >= MAX_TOPICS)
        throw new DomainError(
          'OVERLOADED',
          `Expected at most ${MAX_TOPICS} different windows of metrics to be watched at a time. Watch fewer, or one that others watch.`,
          { retryAfterMs: intervalMs },
        );
      topic = new Topic<T>({
        compute: bySeconds ? compute.complete : compute.now,
        start: (due) => (bySeconds ? this.eachSeconds(intervalMs / SECOND_MS, due) : every(intervalMs, due)),
        intervalMs,
        onUnwatched: () => this.topics.delete(key),
        onFailed: (error) =>
          this.logger.warn({ err: error, what }, 'metrics that are watched could not be read'),
      });
      this.topics.set(key, topic as Topic<unknown>);
    }
    return topic.watch(signal);
  }

  private eachSeconds(seconds: number, due: () => void): () => void {
    let left = seconds;
    return this.metrics.onTick(() => {
      left -= 1;
      if (left > 0) return;
      left = seconds;
      due();
    });
  }
}

function every(intervalMs: number, due: () => void): () => void {
  const timer = setInterval(due, intervalMs).unref();
  return () => clearInterval(timer);
}
