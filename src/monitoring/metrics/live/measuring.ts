import type { RequestOutcome } from '../../../inference/index.js';
import type { DeploymentService } from '../../../deployments/index.js';
import type { EventLog } from '../../../platform/events/index.js';
import type { Logger } from '../../../platform/logging.js';
import type { MetricsClock } from '../metrics-clock.js';
import { floorTo, SPAN_SECONDS, type Sealed } from '../recent/recent-tallies.js';
import type { MetricsStore } from '../stored/metrics-store.js';
import { TallyWriter } from '../stored/tally-writer.js';
import { DeploymentTally } from '../tallies/deployment-tally.js';
import { memoryBySpans } from '../time-span.js';
import { DeploymentDirectory } from './deployment-directory.js';
import { EventLoopDelay } from './event-loop-delay.js';
import { Lookout } from './lookout.js';
import { NO_DEPLOYMENT, RequestMeter } from './request-meter.js';

const SECOND_MS = 1_000;

export interface MeasuringDependencies {
  readonly deployments: Pick<DeploymentService, 'page' | 'occupancy'>;
  readonly events: Pick<EventLog, 'onCommitted' | 'onMissed'>;
  readonly logger: Logger;
}

/** Measures from the start to the end of the process: each request, and each second what is held. */
export class Measuring {
  /** From here on every second is this process's own, in seconds since 1970: the one before may have been shared. */
  readonly ownSince: number;
  readonly directory: DeploymentDirectory;
  readonly meter: RequestMeter;
  readonly writer: TallyWriter;
  private readonly lookout: Lookout;
  private readonly loopDelay: EventLoopDelay;
  private readonly listeners = new Set<() => void>();
  private timer: NodeJS.Timeout | null = null;
  private sealedUntil = 0;
  /** From when on nothing is missing, oldest first. */
  private gaps: Date[] = [];

  constructor(
    private readonly deps: MeasuringDependencies,
    private readonly store: MetricsStore,
    readonly clock: MetricsClock,
  ) {
    this.ownSince = clock.second() + 1;
    this.directory = new DeploymentDirectory(deps, (gone) => this.meter.forget(gone));
    this.meter = new RequestMeter(clock, (name) => this.directory.find(name));
    this.writer = new TallyWriter(store, deps.logger, (at) => this.lost(at));
    this.lookout = new Lookout(deps.deployments);
    this.loopDelay = new EventLoopDelay((place, ms) =>
      this.meter.of(NO_DEPLOYMENT).measured(place, ms, clock.second()),
    );
  }

  /** @throws DomainError when the database cannot be read */
  async start(): Promise<void> {
    await this.directory.read();
    this.writer.begin(await this.store.begin(new Date(this.clock.now())));
    this.gaps = await this.store.gaps();
    await this.restore();
    this.loopDelay.start();
    this.schedule();
  }

  /** Never throws. */
  ended(outcome: RequestOutcome): void {
    try {
      this.meter.ended(outcome);
    } catch (error) {
      this.deps.logger.warn({ err: error }, 'a request could not be counted');
    }
  }

  /** Seconds before it are complete, and as they will be. */
  get completeUntil(): number {
    return this.sealedUntil;
  }

  /** Every ten seconds before it are together. */
  get spansUntil(): number {
    return floorTo(this.sealedUntil, SPAN_SECONDS);
  }

  /**
   * The last time in a span from which on nothing is missing, while before it something may be; null when nothing is.
   *
   * @param since milliseconds since 1970, as `until`
   */
  incompleteSince(since: number, until: number): Date | null {
    return this.gaps.findLast((gap) => gap.getTime() > since && gap.getTime() <= until) ?? null;
  }

  onTick(listener: () => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  /** Ends the second that ran; what the timer does. */
  tick(): void {
    const { clock, deps, meter } = this;
    clock.adjust();
    const second = clock.second();
    // Timers may come a little early.
    if (second <= this.sealedUntil) return;
    meter.roll(second);
    this.lookout.look(this.directory.all(), meter, second - 1);
    this.seal(second);
    const oldest = memoryBySpans(second * SECOND_MS);
    for (const live of meter.all()) live.recent.forgetBefore(oldest);
    for (const listener of this.listeners) {
      try {
        listener();
      } catch (error) {
        deps.logger.warn({ err: error }, 'what is done each second failed');
      }
    }
  }

  /** Writes what was measured, the second that runs too. */
  async close(): Promise<void> {
    if (this.timer) clearTimeout(this.timer);
    this.loopDelay.stop();
    this.directory.close();
    this.listeners.clear();
    const second = this.clock.second() + 1;
    this.meter.roll(second);
    this.writer.add(this.meter.seal(second, true), second);
    await this.writer.settled(second);
    if (this.writer.isBehind) return;
    await this.store
      .end()
      .catch((error: unknown) => this.deps.logger.warn({ err: error }, 'the end of measuring was not noted'));
  }

  private seal(second: number): void {
    const before = this.spansUntil;
    this.writer.add(this.meter.seal(second), second);
    this.sealedUntil = second;
    if (this.spansUntil > before) void this.writer.flush(second);
  }

  private schedule(): void {
    const left = SECOND_MS - (this.clock.now() % SECOND_MS);
    this.timer = setTimeout(() => {
      this.tick();
      this.schedule();
    }, Math.ceil(left)).unref();
  }

  /** What earlier processes wrote of the time that is kept in memory. */
  private async restore(): Promise<void> {
    const now = this.clock.second();
    this.sealedUntil = now;
    const found = new Map<string, Map<number, DeploymentTally>>();
    const known = new Map([NO_DEPLOYMENT, ...this.directory.all()].map((each) => [each.id, each]));
    for (const { deploymentId, start, data } of await this.store.readAll(
      SPAN_SECONDS,
      memoryBySpans(this.clock.now()),
      now + 1,
    )) {
      const spans = found.get(deploymentId) ?? new Map<number, DeploymentTally>();
      found.set(deploymentId, spans);
      const sum = spans.get(start) ?? new DeploymentTally();
      spans.set(start, sum);
      sum.add(data);
    }
    for (const [id, spans] of found) {
      const deployment = known.get(id);
      if (!deployment) continue;
      const sealed: Sealed[] = [...spans].map(([start, tally]) => ({ start, bytes: tally.bytes() }));
      this.meter.of(deployment).restore(sealed, now);
    }
  }

  private lost(at: Date): void {
    const last = this.gaps.at(-1);
    // One gap for as long as it lasts.
    if (last && at.getTime() - last.getTime() < 60_000) this.gaps.pop();
    this.gaps.push(at);
  }
}
