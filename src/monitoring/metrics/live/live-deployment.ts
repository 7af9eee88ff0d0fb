import type { AnsweredRequest } from '../../../inference/index.js';
import { RecentTallies, SPAN_SECONDS, floorTo, type Sealed } from '../recent/recent-tallies.js';
import { DeploymentTally, type Gauges, type VersionName } from '../tallies/deployment-tally.js';
import { LiveVersion } from './live-version.js';
import type { Totals } from './totals.js';

/** Versions come and go for as long as the server runs; beyond this many the longest unused are forgotten. */
const MAX_VERSIONS = 1_000;

/** What happens to one deployment: the second that runs, those that are over, and what adds up since the start. */
export class LiveDeployment {
  readonly recent = new RecentTallies();
  private readonly versions = new Map<string, LiveVersion>();
  /** Second that runs. */
  private second = 0;
  /** Over, and not yet sealed. */
  private over: { readonly start: number; readonly tally: DeploymentTally }[] = [];
  /** What this process saw of the ten seconds that run. */
  private span: { readonly start: number; readonly tally: DeploymentTally } | null = null;
  /** What an earlier process had stored of the ten seconds in which this one began. */
  private restored: Sealed | null = null;
  private gauges: Gauges | null = null;
  /** Of its processes since the server started; null where there were none. */
  processorMs: number | null = null;

  constructor(
    /** '' for versions that no deployment serves, and for what cannot be told to belong to one. */
    readonly id: string,
    readonly name: string,
  ) {}

  /** On the request's own time. */
  answered(version: VersionName, outcome: AnsweredRequest, second: number): void {
    this.versionOf(version, second).answered(outcome);
  }

  /** @param version null when none was found */
  failed(version: VersionName | null, code: string, second: number): void {
    this.versionOf(version, second).failed(code);
  }

  /** A duration that is no request's. */
  measured(place: number, ms: number, second: number): void {
    this.versionOf(null, second).measured(place, ms);
  }

  /** What it held in the second that is over. */
  looked(gauges: Gauges, processorMs: number | null): void {
    const { gauges: before } = this;
    const isSame =
      before?.memoryBytes === gauges.memoryBytes &&
      before.queueDepth === gauges.queueDepth &&
      before.peakQueueDepth === gauges.peakQueueDepth;
    // What stays as it is is told once a minute, and what holds nothing not at all.
    const isTold = before === null ? gauges.memoryBytes !== null || gauges.queueDepth > 0 : !isSame;
    this.gauges = gauges;
    if (processorMs !== null) this.processorMs = (this.processorMs ?? 0) + processorMs;
    const last = this.over.at(-1);
    const isDue = gauges.memoryBytes !== null && gauges.at % 60 === 0;
    if (!isTold && !isDue && !processorMs && last?.start !== gauges.at) return;
    const tally = last?.start === gauges.at ? last.tally : new DeploymentTally();
    if (last?.start !== gauges.at) this.over.push({ start: gauges.at, tally });
    tally.observe(gauges);
    tally.worked(processorMs);
  }

  /** Ends every second before `second`. */
  roll(second: number): void {
    if (second <= this.second) return;
    const tally = new DeploymentTally();
    for (const live of this.versions.values()) {
      const over = live.takeTally();
      if (over) tally.take(live.version, over);
    }
    if (!tally.isEmpty) this.over.push({ start: this.second, tally });
    this.second = second;
  }

  /**
   * Seals the seconds that are over.
   *
   * @param isLast the ten seconds that run end, too
   * @returns what this process saw of the ten seconds that are over
   */
  seal(second: number, isLast = false): { readonly start: number; readonly tally: DeploymentTally }[] {
    this.keepRestored(second);
    const spans: { start: number; tally: DeploymentTally }[] = [];
    for (const { start, tally } of this.over) {
      const spanStart = floorTo(start, SPAN_SECONDS);
      if (this.span && this.span.start !== spanStart) spans.push(this.endSpan(this.span));
      this.span ??= { start: spanStart, tally: new DeploymentTally() };
      this.span.tally.merge(tally);
      this.recent.addSecond({ start, bytes: tally.bytes() });
    }
    this.over = [];
    if (this.span && (isLast || this.span.start + SPAN_SECONDS <= second))
      spans.push(this.endSpan(this.span));
    return spans;
  }

  /** What an earlier process stored, in order; that of the ten seconds that run belongs to them still. */
  restore(spans: readonly Sealed[], second: number): void {
    for (const span of spans)
      if (span.start + SPAN_SECONDS <= second) this.recent.addSpan(span);
      else {
        this.recent.addSecond(span);
        this.restored = span;
      }
  }

  /** Adds what happened from `since` until before `until`, in seconds. */
  addTo(sum: DeploymentTally, since: number, until: number, spansUntil: number): void {
    this.recent.addTo(sum, since, until, spansUntil);
    for (const { start, tally } of this.over) if (start >= since && start < until) sum.merge(tally);
    if (this.second < since || this.second >= until) return;
    for (const { version, tally } of this.versions.values())
      if (!tally.isEmpty) sum.part(version).merge(tally);
  }

  /** Since the start, by version. */
  totals(): readonly { readonly version: VersionName | null; readonly totals: Totals }[] {
    return [...this.versions.values()];
  }

  /** When it was last looked at; null before the first time, or when there was nothing to see. */
  get held(): Gauges | null {
    return this.gauges;
  }

  /** What an earlier process stored of ten seconds that are over, in which this one saw nothing. */
  private keepRestored(second: number): void {
    const { restored, span, over } = this;
    if (restored === null || restored.start + SPAN_SECONDS > second) return;
    const isIn = (start: number) => floorTo(start, SPAN_SECONDS) === restored.start;
    if (span?.start === restored.start || over.some(({ start }) => isIn(start))) return;
    this.recent.addSpan(restored);
    this.restored = null;
  }

  private endSpan(span: { readonly start: number; readonly tally: DeploymentTally }) {
    const { start, tally } = span;
    this.span = null;
    if (this.restored?.start === start) {
      const both = new DeploymentTally();
      both.add(this.restored.bytes);
      both.merge(tally);
      this.restored = null;
      this.recent.addSpan({ start, bytes: both.bytes() });
    } else this.recent.addSpan({ start, bytes: tally.bytes() });
    return span;
  }

  private versionOf(version: VersionName | null, second: number): LiveVersion {
    if (second > this.second) this.roll(second);
    const key = version?.id ?? '';
    const live = this.versions.get(key) ?? this.addVersion(key, version);
    live.second = second;
    return live;
  }

  private addVersion(key: string, version: VersionName | null): LiveVersion {
    if (this.versions.size >= MAX_VERSIONS) this.forgetLongestUnused();
    // A record would keep alive what it came with.
    const named = version && { id: version.id, number: version.number, modelName: version.modelName };
    const live = new LiveVersion(named);
    this.versions.set(key, live);
    return live;
  }

  private forgetLongestUnused(): void {
    let oldest: [string, LiveVersion] | null = null;
    for (const entry of this.versions)
      if (entry[1].tally.isEmpty && (oldest === null || entry[1].second < oldest[1].second)) oldest = entry;
    if (oldest) this.versions.delete(oldest[0]);
  }
}
