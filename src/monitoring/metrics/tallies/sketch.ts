import { DDSketch } from '@datadog/sketches-js';
import type { ByteReader, ByteWriter } from './bytes.js';

/** How far a percentile may lie from the exact one, as a part of it. */
export const RELATIVE_ERROR = 0.01;
/** What is shorter counts as 0 and what is longer as this long, so that the bins stay few. */
const SHORTEST_MS = 1e-6;
const LONGEST_MS = 1e9;
const NS_PER_MS = 1e6;

/**
 * The distribution of durations, in bins of a constant relative width (DDSketch, https://arxiv.org/abs/1908.10693).
 * Sketches add up: merging them gives, in any order, what one sketch of all the values would be.
 */
export class Sketch {
  private readonly inner = new DDSketch({ relativeAccuracy: RELATIVE_ERROR });
  /** Whole numbers, whose sum does not depend on the order. */
  private sumNs = 0;

  get count(): number {
    return this.inner.count;
  }

  /** Milliseconds; null without values. */
  get max(): number | null {
    return this.count === 0 ? null : this.inner.max;
  }

  /** Milliseconds; null without values. */
  get mean(): number | null {
    return this.count === 0 ? null : this.sumNs / NS_PER_MS / this.count;
  }

  /** Milliseconds. */
  get sum(): number {
    return this.sumNs / NS_PER_MS;
  }

  /** @param ms anything: NaN and Infinity are left out, and nothing takes less than no time */
  add(ms: number): void {
    if (!(ms < Infinity)) return;
    const value = ms < SHORTEST_MS ? 0 : Math.min(ms, LONGEST_MS);
    this.inner.accept(value);
    this.sumNs += Math.round(value * NS_PER_MS);
  }

  /**
   * The least value that so large a part of all is no larger than (nearest rank).
   *
   * @param q from 0 to 1
   * @returns milliseconds, within RELATIVE_ERROR; null without values
   */
  quantile(q: number): number | null {
    if (this.count === 0) return null;
    const { mapping, max, min, store, zeroCount } = this.inner;
    const place = Math.max(0, Math.ceil(q * this.count) - 1);
    const value = place < zeroCount ? 0 : mapping.value(store.keyAtRank(place - zeroCount));
    return Math.min(max, Math.max(min, value));
  }

  /**
   * The share of the values that are at most so many milliseconds, from 0 to 1; null without values. Values within
   * RELATIVE_ERROR of `ms` may count either way.
   */
  shareWithin(ms: number): number | null {
    const { inner, count } = this;
    if (count === 0) return null;
    if (ms >= inner.max) return 1;
    if (ms < inner.min) return 0;
    const { bins, offset } = inner.store;
    let within = inner.zeroCount;
    for (let index = 0; index < bins.length && inner.mapping.value(offset + index) <= ms; index += 1)
      within += bins[index] ?? 0;
    return Math.min(1, within / count);
  }

  merge(other: Sketch): void {
    const { inner } = other;
    if (inner.count === 0) return;
    // The library's own merge loses the bin of key 0 (values just below 1 ms) where that is the highest.
    other.eachBin((key, count) => this.inner.store.add(key, count));
    this.include(inner.count, inner.zeroCount, inner.min, inner.max, other.sumNs);
  }

  write(to: ByteWriter): void {
    const { store, zeroCount, min, max } = this.inner;
    to.whole(zeroCount);
    to.whole(this.sumNs);
    to.float(min);
    to.float(max);
    to.whole(store.bins.reduce((used, count) => (count > 0 ? used + 1 : used), 0));
    let before = 0;
    this.eachBin((key, count) => {
      to.signed(key - before);
      to.whole(count);
      before = key;
    });
  }

  /** Adds what `write` wrote. */
  read(from: ByteReader): void {
    const zeroCount = from.whole();
    const sumNs = from.whole();
    const min = from.float();
    const max = from.float();
    let total = zeroCount;
    let key = 0;
    for (let left = from.whole(); left > 0; left -= 1) {
      key += from.signed();
      const count = from.whole();
      this.inner.store.add(key, count);
      total += count;
    }
    this.include(total, zeroCount, min, max, sumNs);
  }

  /** The highest first, then from the lowest on: whoever adds them in this order has to make room only twice. */
  private eachBin(visit: (key: number, count: number) => void): void {
    const { bins, offset } = this.inner.store;
    let last = bins.length - 1;
    while (last >= 0 && bins[last] === 0) last -= 1;
    if (last >= 0) visit(offset + last, bins[last] ?? 0);
    for (let index = 0; index < last; index += 1) {
      const count = bins[index] ?? 0;
      if (count > 0) visit(offset + index, count);
    }
  }

  private include(count: number, zeroCount: number, min: number, max: number, sumNs: number): void {
    const { inner } = this;
    inner.count += count;
    inner.zeroCount += zeroCount;
    inner.min = Math.min(inner.min, min);
    inner.max = Math.max(inner.max, max);
    this.sumNs += sumNs;
  }
}
