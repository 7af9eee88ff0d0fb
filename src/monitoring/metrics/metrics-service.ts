import type { RequestOutcome } from '../../inference/index.js';
import type { Database } from '../../platform/database/index.js';
import { inTurns } from '../../platform/in-turns.js';
import { MetricsFeed } from './feed/metrics-feed.js';
import type { DeploymentName } from './live/deployment-directory.js';
import type { LiveDeployment } from './live/live-deployment.js';
import { Measuring, type MeasuringDependencies } from './live/measuring.js';
import { NO_DEPLOYMENT } from './live/request-meter.js';
import { MACHINE_TIME, MetricsClock, type TimeSource } from './metrics-clock.js';
import { latencySummary, type DeploymentMetrics, type LatencySummary, type MetricsPoint } from './records.js';
import type { RecentTally, SeriesRequest, TallySeries, WindowTallies } from './tally-series.js';
import { History } from './stored/history.js';
import { MetricsStore } from './stored/metrics-store.js';
import { pruneMetrics } from './stored/pruning.js';
import { metricsOf, pointOf } from './summaries.js';
import { DeploymentTally } from './tallies/deployment-tally.js';
import {
  pointPlan,
  retentionOf,
  recentSpan,
  spanOf,
  storedUnit,
  type Knowledge,
  type Retention,
  type TimeSpan,
} from './time-span.js';

const SECOND_MS = 1_000;
const MINUTE_MS = 60_000;

export interface MetricsDependencies extends MeasuringDependencies {
  readonly database: Database;
  /** How long hours are kept. */
  readonly days: number;
  readonly time?: TimeSource;
}

/** What happens to deployments, in numbers: by version, by second, and as distributions. */
export class MetricsService {
  /** The same as it changes. */
  readonly feed: MetricsFeed;
  private readonly measuring: Measuring;
  private readonly store: MetricsStore;
  private readonly history: History;
  private readonly retention: Retention;

  constructor(private readonly deps: MetricsDependencies) {
    this.store = new MetricsStore(deps.database);
    this.history = new History(this.store);
    this.feed = new MetricsFeed(this, deps.logger);
    this.measuring = new Measuring(deps, this.store, new MetricsClock(deps.time ?? MACHINE_TIME));
    this.retention = retentionOf(deps.days);
  }

  /** @throws DomainError when the database cannot be read */
  start(): Promise<void> {
    return this.measuring.start();
  }

  /** For `InferenceService.onRequestEnded`: never throws. */
  readonly requestEnded = (outcome: RequestOutcome): void => this.measuring.ended(outcome);

  /**
   * What happened to a deployment in the `windowMs` before `until`, or before now. Within the last fifteen minutes it
   * costs some microseconds; what is older is read from the database, once a minute for the same window.
   *
   * @throws DomainError INVALID_ARGUMENT, UNAVAILABLE
   */
  async window(
    deploymentName: string,
    windowMs: number,
    until: Date | null = null,
  ): Promise<DeploymentMetrics> {
    const span = spanOf(windowMs, until?.getTime() ?? null, this.known());
    return one(await this.measure([this.named(deploymentName)], span));
  }

  /**
   * `window`, to the end of the last second that is over: what it holds does not change any more.
   *
   * @returns null when there is no such deployment
   * @throws DomainError INVALID_ARGUMENT, UNAVAILABLE
   */
  async completeWindow(deploymentName: string, windowMs: number): Promise<DeploymentMetrics | null> {
    const deployment = this.measuring.directory.find(deploymentName);
    if (!deployment) return null;
    return one(await this.measure([deployment], spanOf(windowMs, null, this.knownComplete())));
  }

  /**
   * The sums behind a window that ended `agoMs` ago, from memory alone: for what looks often. Null when it begins before
   * the last fifteen minutes; empty for a deployment that there is not.
   */
  recent(deploymentName: string, windowMs: number, agoMs: number): RecentTally | null {
    const span = recentSpan(windowMs, agoMs, this.measuring.clock.now());
    if (!span) return null;
    const sum = new DeploymentTally();
    this.addRecent(sum, this.measuring.meter.known(this.named(deploymentName).id), span);
    const gap = this.measuring.incompleteSince(span.since * SECOND_MS, span.until * SECOND_MS);
    return { tally: sum, isComplete: gap === null };
  }

  /**
   * The sums behind `window`, of several deployments.
   *
   * @throws DomainError INVALID_ARGUMENT, UNAVAILABLE
   */
  async tallies(
    deploymentNames: readonly string[],
    windowMs: number,
    until: Date | null,
  ): Promise<WindowTallies> {
    const deployments = deploymentNames.map((name) => this.named(name));
    const span = spanOf(windowMs, until?.getTime() ?? null, this.known());
    const sums = await this.sums(deployments, span);
    return {
      tallies: deployments.map(({ id }) => sums.get(id) ?? new DeploymentTally()),
      seconds: span.atMs / SECOND_MS - span.since,
    };
  }

  /**
   * `window` of every deployment there is, by name.
   *
   * @throws DomainError INVALID_ARGUMENT, UNAVAILABLE
   */
  fleet(windowMs: number): Promise<DeploymentMetrics[]> {
    return this.fleetOf(windowMs, this.known());
  }

  /** `completeWindow` of every deployment there is, by name. */
  completeFleet(windowMs: number): Promise<DeploymentMetrics[]> {
    return this.fleetOf(windowMs, this.knownComplete());
  }

  /**
   * The same window as points of a chart, oldest first.
   *
   * @throws DomainError INVALID_ARGUMENT, UNAVAILABLE
   */
  async series(deploymentName: string, request: SeriesRequest): Promise<MetricsPoint[]> {
    const { points, step, since, atMs } = await this.tallySeries(deploymentName, request);
    return points.map((sum, place) => {
      const start = since + place * step;
      return pointOf(sum, start, Math.min(start + step, atMs / SECOND_MS));
    });
  }

  /**
   * The sums behind `series`: `step` seconds each, the first from `since` on, the last until `atMs` at most.
   *
   * @throws DomainError INVALID_ARGUMENT, UNAVAILABLE
   */
  async tallySeries(deploymentName: string, request: SeriesRequest): Promise<TallySeries> {
    const known = this.known();
    const { windowMs, resolutionMs, maxPoints, until } = request;
    const wanted = spanOf(windowMs, until?.getTime() ?? null, known);
    const { span, step, count } = pointPlan(wanted, resolutionMs ?? 0, maxPoints, known);
    const { id } = this.named(deploymentName);
    const points = Array.from({ length: count }, () => new DeploymentTally());
    const ends = (place: number) => span.since + (place + 1) * step;
    const live = this.measuring.meter.known(id);
    await inTurns(
      each(points.entries(), ([place, sum]) =>
        this.addRecent(sum, live, { ...span, since: ends(place) - step, until: ends(place) }),
      ),
    );
    const storedUntil = Math.min(span.memoryFrom, span.until);
    if (span.since < storedUntil) {
      await this.measuring.writer.settled(this.measuring.clock.second());
      const asked = { id, since: span.since, until: storedUntil, step };
      await this.history.addToPoints(points, asked, storedUnit(step));
    }
    return { points, step, since: span.since, atMs: span.atMs };
  }

  /**
   * Calls `listener` each second, when the second before is complete.
   *
   * @returns what ends that
   */
  onTick(listener: () => void): () => void {
    return this.measuring.onTick(listener);
  }

  /** Ends the second that ran, which the clock does by itself; for tests with clocks of their own. */
  tick(): void {
    this.measuring.tick();
  }

  /** What was asked since the start, by deployment. */
  live(): readonly LiveDeployment[] {
    return this.measuring.meter.all();
  }

  /** Of the last minute. */
  eventLoopDelay(): LatencySummary {
    const sum = new DeploymentTally();
    const span = spanOf(MINUTE_MS, null, this.known());
    this.addRecent(sum, this.measuring.meter.known(NO_DEPLOYMENT.id), span);
    return latencySummary(sum.part(null).sketch('eventLoopDelay'));
  }

  /**
   * Removes what is too old.
   *
   * @throws DomainError UNAVAILABLE
   */
  prune(): Promise<void> {
    return pruneMetrics(this.store, this.retention, this.measuring.clock.second());
  }

  /** Writes what was measured. */
  close(): Promise<void> {
    return this.measuring.close();
  }

  private named(name: string): DeploymentName {
    // No deployment has the id of one that there is not, so nothing is found.
    return this.measuring.directory.find(name) ?? { id: `none: ${name}`, name };
  }

  private fleetOf(windowMs: number, known: Knowledge): Promise<DeploymentMetrics[]> {
    const span = spanOf(windowMs, null, known);
    return this.measure(this.measuring.directory.all(), span);
  }

  private async measure(
    deployments: readonly DeploymentName[],
    span: TimeSpan,
  ): Promise<DeploymentMetrics[]> {
    const { directory } = this.measuring;
    const sums = await this.sums([NO_DEPLOYMENT, ...deployments], span);
    const server = sums.get(NO_DEPLOYMENT.id) ?? new DeploymentTally();
    const incompleteSince = this.measuring.incompleteSince(span.since * SECOND_MS, span.atMs);
    return deployments.map((deployment) =>
      metricsOf({
        deployment,
        isKnown: directory.find(deployment.name)?.id === deployment.id,
        span,
        sum: sums.get(deployment.id) ?? new DeploymentTally(),
        server,
        held: span.isLive ? this.deps.deployments.occupancy(deployment.name) : null,
        incompleteSince,
      }),
    );
  }

  /** What happened, by the deployment's id. */
  private async sums(
    deployments: readonly DeploymentName[],
    span: TimeSpan,
  ): Promise<Map<string, DeploymentTally>> {
    const { meter, writer, clock } = this.measuring;
    const sums = new Map(deployments.map(({ id }) => [id, new DeploymentTally()]));
    // Memory first: what it forgets while the database is read has been written long ago.
    await inTurns(each(sums, ([id, sum]) => this.addRecent(sum, meter.known(id), span)));
    const storedUntil = Math.min(span.memoryFrom, span.until);
    if (span.since < storedUntil) {
      await writer.settled(clock.second());
      await this.history.addTo(sums, span.since, storedUntil);
    }
    return sums;
  }

  private addRecent(
    sum: DeploymentTally,
    live: LiveDeployment | null,
    span: Pick<TimeSpan, 'since' | 'until' | 'memoryFrom'>,
  ): void {
    const since = Math.max(span.since, span.memoryFrom);
    if (since < span.until) live?.addTo(sum, since, span.until, this.measuring.spansUntil);
  }

  /** With the second that runs. */
  private known(): Knowledge {
    const nowMs = Math.floor(this.measuring.clock.now());
    const until = Math.floor(nowMs / SECOND_MS) + 1;
    return { nowMs, until, ownSince: this.measuring.ownSince, retention: this.retention };
  }

  private knownComplete(): Knowledge {
    const { completeUntil: until, ownSince } = this.measuring;
    if (until === 0) return this.known();
    return { nowMs: until * SECOND_MS, until, ownSince, retention: this.retention };
  }
}

function* each<T>(items: Iterable<T>, step: (item: T) => void): Generator<undefined> {
  for (const item of items) {
    step(item);
    yield undefined;
  }
}

function one([metrics]: readonly DeploymentMetrics[]): DeploymentMetrics {
  if (!metrics) throw new RangeError('Expected the metrics of one deployment, got none.');
  return metrics;
}
