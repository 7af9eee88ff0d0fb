import { DomainError } from '../../platform/errors.js';
import { formatDuration } from '../../platform/text/duration.js';
import { ceilTo, floorTo, RECENT_SECONDS, SPAN_SECONDS } from './recent/recent-tallies.js';

const SECOND_MS = 1_000;
const MINUTE = 60;
const HOUR = 3_600;
/** How far the clock of a caller may be ahead of this one. */
const AHEAD_MS = 60_000;
/** Steps between the points of a chart that a person can read off, in seconds; beyond, whole days. */
const STEPS = [1, 2, 5, 10, 20, 30, 60, 120, 300, 600, 1_200, 1_800, 3_600, 7_200, 14_400, 21_600, 43_200];
const DAY = 86_400;
const SPANS_KEPT = 6 * HOUR;
const MINUTES_KEPT = 7 * DAY;

/** How long what is stored of each length is kept, in seconds. */
export interface Retention {
  /** Spans of ten seconds. */
  readonly spans: number;
  readonly minutes: number;
  readonly hours: number;
}

/** @param days for which hours are kept */
export function retentionOf(days: number): Retention {
  const hours = days * DAY;
  return { spans: Math.min(SPANS_KEPT, hours), minutes: Math.min(MINUTES_KEPT, hours), hours };
}

/** What is known at the moment, in seconds since 1970. */
export interface Knowledge {
  /** Milliseconds since 1970. */
  readonly nowMs: number;
  /** Where a window that ends now ends. */
  readonly until: number;
  /** From here on every second is this process's own: what was before is known by ten seconds at best. */
  readonly ownSince: number;
  readonly retention: Retention;
}

/** Seconds from `since` until before `until`, as they can be told. */
export interface TimeSpan {
  readonly since: number;
  readonly until: number;
  /** Milliseconds since 1970: where it really ends, which may be within its last second. */
  readonly atMs: number;
  /** It ends now. */
  readonly isLive: boolean;
  /** From here on it is in memory; what is before is read from the database. */
  readonly memoryFrom: number;
}

/**
 * The span of a window that ends at `untilMs`, or now: it begins and ends where what is known does, so that it may be a
 * little longer than was asked for, but for the second that runs.
 *
 * @throws DomainError INVALID_ARGUMENT
 */
export function spanOf(windowMs: number, untilMs: number | null, known: Knowledge): TimeSpan {
  const { nowMs, retention } = known;
  const longestMs = retention.hours * SECOND_MS;
  if (!(windowMs >= SECOND_MS && windowMs <= longestMs))
    throw new DomainError(
      'INVALID_ARGUMENT',
      `Expected a window from PT1S to ${formatDuration(longestMs)} (RETORT_METRICS_DAYS), got ${formatDuration(windowMs)}.`,
      { field: ['window'] },
    );
  if (untilMs !== null && untilMs > nowMs + AHEAD_MS)
    throw new DomainError(
      'INVALID_ARGUMENT',
      `Expected until to be no later than now, ${new Date(nowMs).toISOString()}, got ${new Date(untilMs).toISOString()}.`,
      { field: ['until'] },
    );
  if (untilMs !== null && untilMs < nowMs - longestMs)
    throw new DomainError(
      'INVALID_ARGUMENT',
      `Expected until to be no earlier than ${new Date(nowMs - longestMs).toISOString()}, before which nothing is kept (RETORT_METRICS_DAYS), got ${new Date(untilMs).toISOString()}.`,
      { field: ['until'] },
    );
  const isLive = untilMs === null || untilMs >= nowMs;
  const atMs = isLive ? nowMs : untilMs;
  const isLong = windowMs > RECENT_SECONDS * SECOND_MS;
  const wanted = Math.floor((atMs - windowMs) / SECOND_MS);
  const since = floorTo(wanted, Math.max(isLong ? MINUTE : 1, unitAt(wanted, known)));
  const memoryFrom = isLong ? memoryByMinutes(nowMs) : memoryBySpans(nowMs);
  if (isLive) return { since, until: known.until, atMs, isLive, memoryFrom };
  const end = Math.floor(atMs / SECOND_MS);
  const unit = unitAt(end, known);
  const until = Math.max(since + unit, floorTo(end, unit));
  return { since, until, atMs: until * SECOND_MS, isLive, memoryFrom };
}

/** The span of a window that ended `agoMs` ago and is wholly in memory; null for one that is not. */
export function recentSpan(
  windowMs: number,
  agoMs: number,
  nowMs: number,
): Pick<TimeSpan, 'since' | 'until' | 'memoryFrom'> | null {
  const until = Math.floor((nowMs - agoMs) / SECOND_MS) + 1;
  const since = until - Math.ceil(windowMs / SECOND_MS);
  const memoryFrom = memoryBySpans(nowMs);
  return since < memoryFrom ? null : { since, until, memoryFrom };
}

/** Points of a chart: `count` steps, the first from `span.since` on. */
export interface PointPlan {
  readonly span: TimeSpan;
  /** Seconds. */
  readonly step: number;
  readonly count: number;
}

/**
 * Points of `resolutionMs`, or of more where there would be more than `maxPoints`, or nothing so fine is kept any more.
 * They lie where those of another window of the same resolution do.
 *
 * @param maxPoints 2 or more
 */
export function pointPlan(
  span: TimeSpan,
  resolutionMs: number,
  maxPoints: number,
  known: Knowledge,
): PointPlan {
  const length = span.until - span.since;
  const least = Math.max(Math.ceil(resolutionMs / SECOND_MS), length / maxPoints);
  for (let step = stepFrom(least); ; step = stepFrom(step + 1)) {
    const since = floorTo(span.since, step);
    const count = (ceilTo(span.until, step) - since) / step;
    const isTold = step % unitAt(since, known) === 0;
    if (isTold && (count <= maxPoints || step > length)) return { span: { ...span, since }, step, count };
  }
}

/** The largest length of what is stored that the step is made of. */
export function storedUnit(step: number): number {
  return step % HOUR === 0 ? HOUR : step % MINUTE === 0 ? MINUTE : SPAN_SECONDS;
}

/** The least that can be told apart at some time, in seconds. */
function unitAt(second: number, { nowMs, ownSince, retention }: Knowledge): number {
  const age = Math.floor(nowMs / SECOND_MS) - second;
  if (second >= Math.max(ownSince, memoryBySpans(nowMs))) return 1;
  if (age <= retention.spans) return SPAN_SECONDS;
  return age <= retention.minutes ? MINUTE : HOUR;
}

/** From here on everything is in memory. */
export function memoryBySpans(nowMs: number): number {
  return floorTo(Math.floor(nowMs / SECOND_MS), SPAN_SECONDS) - RECENT_SECONDS;
}

/** The same, but moving once a minute: what is before can be remembered for so long. */
function memoryByMinutes(nowMs: number): number {
  return floorTo(Math.floor(nowMs / SECOND_MS), MINUTE) - RECENT_SECONDS + MINUTE;
}

function stepFrom(least: number): number {
  return STEPS.find((step) => step >= least) ?? ceilTo(least, DAY);
}
