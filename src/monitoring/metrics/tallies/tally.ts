import type { ByteReader, ByteWriter } from './bytes.js';
import { Sketch } from './sketch.js';

/** What is measured as a distribution of milliseconds. New ones are added at the end: stored tallies know them by their place. */
export const DURATIONS = ['latency', 'queue', 'preprocess', 'run', 'postprocess', 'eventLoopDelay'] as const;
export type DurationName = (typeof DURATIONS)[number];

/** Codes are Retort's own, so there are few; a code of something else could be anything. */
const MAX_CODES = 100;
const OTHER_CODE = 'INTERNAL';

/** What happened to requests in some span of time. Tallies add up, in any order. */
export class Tally {
  /** Failed ones among them. */
  requests = 0;
  rows = 0;
  errors = 0;
  cacheHits = 0;
  readonly errorsByCode = new Map<string, number>();
  /** At i: runs of more than 2^(i − 1) and at most 2^i rows. A request that shared a run with others has its share. */
  readonly runs: number[] = [];
  private readonly sketches: (Sketch | undefined)[] = [];

  get isEmpty(): boolean {
    return this.requests === 0 && this.sketches.length === 0;
  }

  /** Null where nothing was measured. */
  sketch(name: DurationName): Sketch | null {
    return this.sketches[DURATIONS.indexOf(name)] ?? null;
  }

  measured(place: number, ms: number): void {
    (this.sketches[place] ??= new Sketch()).add(ms);
  }

  answered(rows: number, isCacheHit: boolean): void {
    this.requests += 1;
    this.rows += rows;
    if (isCacheHit) this.cacheHits += 1;
  }

  failed(code: string): void {
    this.requests += 1;
    this.errors += 1;
    const known = this.errorsByCode.has(code) || this.errorsByCode.size < MAX_CODES;
    this.addErrors(known ? code : OTHER_CODE, 1);
  }

  /** @param share of the run that is the request's */
  ran(rows: number, share: number): void {
    this.addRuns(runPlace(rows), share);
  }

  merge(other: Tally): void {
    this.requests += other.requests;
    this.rows += other.rows;
    this.errors += other.errors;
    this.cacheHits += other.cacheHits;
    for (const [code, count] of other.errorsByCode) this.addErrors(code, count);
    for (const [place, count] of other.runs.entries()) this.addRuns(place, count);
    for (const [place, sketch] of other.sketches.entries())
      if (sketch) (this.sketches[place] ??= new Sketch()).merge(sketch);
  }

  write(to: ByteWriter): void {
    for (const count of [this.requests, this.rows, this.errors, this.cacheHits]) to.whole(count);
    to.whole(this.errorsByCode.size);
    for (const [code, count] of this.errorsByCode) {
      to.text(code);
      to.whole(count);
    }
    to.whole(this.runs.length);
    for (const count of this.runs) to.float(count);
    to.whole(this.sketches.reduce((bits, sketch, place) => (sketch ? bits | (1 << place) : bits), 0));
    for (const sketch of this.sketches) sketch?.write(to);
  }

  /** Adds what `write` wrote. */
  read(from: ByteReader): void {
    this.requests += from.whole();
    this.rows += from.whole();
    this.errors += from.whole();
    this.cacheHits += from.whole();
    for (let left = from.whole(); left > 0; left -= 1) this.addErrors(from.text(), from.whole());
    const places = from.whole();
    for (let place = 0; place < places; place += 1) this.addRuns(place, from.float());
    const bits = from.whole();
    for (let place = 0; bits >> place > 0; place += 1)
      if ((bits >> place) & 1) (this.sketches[place] ??= new Sketch()).read(from);
  }

  private addErrors(code: string, count: number): void {
    this.errorsByCode.set(code, (this.errorsByCode.get(code) ?? 0) + count);
  }

  private addRuns(place: number, count: number): void {
    while (this.runs.length <= place) this.runs.push(0);
    this.runs[place] = (this.runs[place] ?? 0) + count;
  }
}

/** Of a run of so many rows in `Tally.runs`. */
export function runPlace(rows: number): number {
  return rows <= 1 ? 0 : Math.ceil(Math.log2(rows));
}
