import type { RequestOutcome } from '../../inference/index.js';
import type { DeploymentService } from '../../deployments/index.js';
import type { EventLog } from '../../platform/events/index.js';
import { inTurns } from '../../platform/in-turns.js';
import type { Logger } from '../../platform/logging.js';
import { DeploymentDirectory, type DeploymentName } from './live/deployment-directory.js';
import { EventLoopDelay } from './live/event-loop-delay.js';
import type { LiveDeployment } from './live/live-deployment.js';
import { NO_DEPLOYMENT, RequestMeter } from './live/request-meter.js';
import { Lookout } from './live/lookout.js';
import { MACHINE_TIME, MetricsClock, type TimeSource } from './metrics-clock.js';
import type { DeploymentMetrics, MetricsPoint } from './records.js';
import { floorTo, SPAN_SECONDS } from './recent/recent-tallies.js';
import { metricsOf, pointOf } from './summaries.js';
import { DeploymentTally } from './tallies/deployment-tally.js';
import { memoryBySpans, pointPlan, spanOf, type Knowledge, type TimeSpan } from './time-span.js';

const SECOND_MS = 1_000;
const DAY = 86_400;
const SPANS_KEPT = 6 * 3_600;
const MINUTES_KEPT = 7 * DAY;

export interface SeriesRequest {
  readonly windowMs: number;
  /** Of a point; the finest that fits when left out. */
  readonly resolutionMs?: number | null | undefined;
  /** From 2 on. */
  readonly maxPoints: number;
  readonly until?: Date | null | undefined;
}

export interface MetricsDependencies {
  readonly deployments: Pick<DeploymentService, 'page' | 'occupancy'>;
  readonly events: Pick<EventLog, 'onCommitted' | 'onMissed'>;
  readonly logger: Logger;
  /** How long hours are kept. */
  readonly days: number;
  readonly time?: TimeSource;
}

/** What happens to deployments, in numbers: by version, by second, and as distributions. */
export class MetricsService {
  private readonly clock: MetricsClock;
  private readonly startedAt: number;
  private readonly directory: DeploymentDirectory;
  private readonly meter: RequestMeter;
  private readonly lookout: Lookout;
  private readonly loopDelay: EventLoopDelay;
  private readonly listeners = new Set<() => void>();
  private timer: NodeJS.Timeout | null = null;
  /** Every second before it is sealed. */
  private sealedUntil = 0;

  constructor(private readonly deps: MetricsDependencies) {
    this.clock = new MetricsClock(deps.time ?? MACHINE_TIME);
    this.startedAt = this.clock.second();
    this.directory = new DeploymentDirectory(deps, (gone) => this.meter.forget(gone));
    this.meter = new RequestMeter(this.clock, (name) => this.directory.find(name));
    this.lookout = new Lookout(deps.deployments);
    this.loopDelay = new EventLoopDelay((place, ms) =>
      this.meter.of(NO_DEPLOYMENT).measured(place, ms, this.clock.second()),
    );
  }

  /** @throws DomainError when the database cannot be read */
  async start(): Promise<void> {
    await this.directory.read();
    this.loopDelay.start();
    this.schedule();
  }

  /** For `InferenceService.onRequestEnded`: never throws. */
  readonly requestEnded = (outcome: RequestOutcome): void => {
    try {
      this.meter.ended(outcome);
    } catch (error) {
      this.deps.logger.warn({ err: error }, 'a request could not be counted');
    }
  };

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
    return this.measure(this.named(deploymentName), span);
  }

  /**
   * `window` of every deployment there is, by name.
   *
   * @throws DomainError INVALID_ARGUMENT, UNAVAILABLE
   */
  async fleet(windowMs: number): Promise<DeploymentMetrics[]> {
    const span = spanOf(windowMs, null, this.known());
    const found: Promise<DeploymentMetrics>[] = [];
    const measureAll = function* (this: MetricsService) {
      for (const deployment of this.directory.all()) yield found.push(this.measure(deployment, span));
    };
    await inTurns(measureAll.call(this));
    return Promise.all(found);
  }

  /**
   * The same window as points of a chart, oldest first.
   *
   * @throws DomainError INVALID_ARGUMENT, UNAVAILABLE
   */
  async series(deploymentName: string, request: SeriesRequest): Promise<MetricsPoint[]> {
    const known = this.known();
    const { windowMs, resolutionMs, maxPoints, until } = request;
    const wanted = spanOf(windowMs, until?.getTime() ?? null, known);
    const { span, step, count } = pointPlan(wanted, resolutionMs ?? 0, maxPoints, known);
    const live = this.meter.known(this.named(deploymentName).id);
    const points: MetricsPoint[] = [];
    for (let place = 0; place < count; place += 1) {
      const since = span.since + place * step;
      const sum = new DeploymentTally();
      this.addRecent(sum, live, since, Math.min(since + step, span.until));
      points.push(pointOf(sum, since, Math.min(since + step, span.atMs / SECOND_MS)));
    }
    return points;
  }

  /**
   * Calls `listener` each second, when the second before is complete.
   *
   * @returns what ends that
   */
  onTick(listener: () => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  /** The time by which all this goes, in milliseconds since 1970. */
  now(): number {
    return this.clock.now();
  }

  async close(): Promise<void> {
    if (this.timer) clearTimeout(this.timer);
    this.timer = null;
    this.loopDelay.stop();
    this.directory.close();
    this.listeners.clear();
  }

  /** Ends the second that ran; what the timer does. */
  tick(): void {
    this.clock.adjust();
    const second = this.clock.second();
    this.meter.roll(second);
    this.lookout.look(this.directory.all(), this.meter, second - 1);
    this.meter.seal(second);
    this.sealedUntil = Math.max(this.sealedUntil, second);
    const oldest = memoryBySpans(this.clock.now());
    for (const live of this.meter.all()) live.recent.forgetBefore(oldest);
    for (const listener of this.listeners) {
      try {
        listener();
      } catch (error) {
        this.deps.logger.warn({ err: error }, 'what is done each second failed');
      }
    }
  }

  private schedule(): void {
    const left = SECOND_MS - (this.clock.now() % SECOND_MS);
    this.timer = setTimeout(() => {
      this.tick();
      this.schedule();
    }, left).unref();
  }

  private named(name: string): DeploymentName {
    // No deployment has the id of one that there is not, so nothing is found.
    return this.directory.find(name) ?? { id: `none: ${name}`, name };
  }

  private async measure(deployment: DeploymentName, span: TimeSpan): Promise<DeploymentMetrics> {
    const sum = new DeploymentTally();
    const server = new DeploymentTally();
    this.addRecent(sum, this.meter.known(deployment.id), span.since, span.until);
    this.addRecent(server, this.meter.known(NO_DEPLOYMENT.id), span.since, span.until);
    const held = span.isLive ? this.deps.deployments.occupancy(deployment.name) : null;
    const isKnown = this.directory.find(deployment.name) !== null;
    return metricsOf({ deployment, isKnown, span, sum, server, held, incompleteSince: null });
  }

  private addRecent(sum: DeploymentTally, live: LiveDeployment | null, since: number, until: number): void {
    live?.addTo(sum, since, until, floorTo(this.sealedUntil, SPAN_SECONDS));
  }

  private known(): Knowledge {
    return {
      nowMs: this.clock.now(),
      startedAt: this.startedAt,
      retention: {
        spans: Math.min(SPANS_KEPT, this.deps.days * DAY),
        minutes: Math.min(MINUTES_KEPT, this.deps.days * DAY),
        hours: this.deps.days * DAY,
      },
    };
  }
}
