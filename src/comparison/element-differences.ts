import type { Elements } from './row-answers.js';

/** Of differences that are finite. */
export interface Distribution {
  readonly largest: number;
  readonly mean: number;
  readonly p50: number;
  readonly p90: number;
  readonly p99: number;
}

/** One row, and the element of it that differs most. */
export interface DifferingRow {
  /** Its place in the sample, from 0. */
  readonly row: number;
  /** The element's place in the row's output, from 0. */
  readonly element: number;
  readonly base: number | bigint | string;
  readonly target: number | bigint | string;
  /** |target − base|; null for text and what is not finite. */
  readonly absolute: number | null;
  /** |target − base| / |base|; null where that has no finite value. */
  readonly relative: number | null;
}

export interface ElementDifferences {
  readonly elements: number;
  /** Elements that are not equal. */
  readonly differing: number;
  /** Differing ones that are not finite on one side or the other, so that no distance can be told. */
  readonly nonFinite: number;
  /** Of |target − base|, equal elements included; null when no element is a finite number on both sides. */
  readonly absolute: Distribution | null;
  /** Of |target − base| / |base|, without elements whose base is 0 and whose target is not. */
  readonly relative: Distribution | null;
  /** Rows in which the two have another number of elements. */
  readonly otherShapes: number;
  /** Those that differ most, the most first. */
  readonly rows: readonly DifferingRow[];
}

/** Beyond it, quantiles are those of every second element, third and so on: sorting would hold up the event loop. */
const MAX_SORTED = 200_000;

/** How far the same output of two versions lies apart, over the rows both answered. Pure. */
export function compareElements(
  rows: readonly { readonly row: number; readonly base: Elements; readonly target: Elements }[],
  wantedRows: number,
): ElementDifferences {
  const comparable = rows.filter(({ base, target }) => base.length === target.length);
  const elements = comparable.reduce((sum, { base }) => sum + base.length, 0);
  const [absolute, relative] = [new Tally(elements), new Tally(elements)];
  let [differing, nonFinite] = [0, 0];
  const worst: { readonly score: number; readonly found: DifferingRow }[] = [];
  for (const { row, base, target } of comparable) {
    let most: { score: number; found: DifferingRow } | null = null;
    for (let element = 0; element < base.length; element += 1) {
      const [before = NaN, after = NaN] = [base[element], target[element]];
      const distance = distanceOf(before, after);
      if (distance === null) {
        if (same(before, after)) continue;
        nonFinite += typeof before === 'string' ? 0 : 1;
      } else {
        absolute.add(distance);
        const share = shareOf(distance, before);
        if (share !== null) relative.add(share);
        if (distance === 0) continue;
      }
      differing += 1;
      const score = distance ?? Infinity;
      if (most && most.score >= score) continue;
      const relativeDistance = distance === null ? null : shareOf(distance, before);
      const found = {
        row,
        element,
        base: before,
        target: after,
        absolute: distance,
        relative: relativeDistance,
      };
      most = { score, found };
    }
    if (most) worst.push(most);
  }
  worst.sort((a, b) => (a.score > b.score ? -1 : a.score < b.score ? 1 : a.found.row - b.found.row));
  return {
    elements,
    differing,
    nonFinite,
    absolute: absolute.result(),
    relative: relative.result(),
    otherShapes: rows.length - comparable.length,
    rows: worst.slice(0, wantedRows).map(({ found }) => found),
  };
}

/** Null where there is none: text, and what is not finite. */
function distanceOf(before: number | bigint | string, after: number | bigint | string): number | null {
  if (typeof before === 'string' || typeof after === 'string') return wideDistance(before, after);
  // Subtracted before they are doubles, in which two large whole numbers may be the same.
  if (typeof before === 'bigint' && typeof after === 'bigint') return Math.abs(Number(after - before));
  const distance = Math.abs(Number(after) - Number(before));
  return Number.isFinite(distance) ? distance : null;
}

/** Whole numbers beyond 2^53 are text in what `predict` answers. */
function wideDistance(before: number | bigint | string, after: number | bigint | string): number | null {
  const whole = /^-?\d+$/;
  if (!whole.test(String(before)) || !whole.test(String(after))) return null;
  return Math.abs(Number(BigInt(after) - BigInt(before)));
}

function shareOf(distance: number, before: number | bigint | string): number | null {
  const magnitude = Math.abs(Number(before));
  const share = distance === 0 ? 0 : distance / magnitude;
  return Number.isFinite(share) ? share : null;
}

function same(before: number | bigint | string, after: number | bigint | string): boolean {
  return before === after || (Number.isNaN(before) && Number.isNaN(after));
}

class Tally {
  private readonly kept: Float64Array;
  private readonly stride: number;
  private count = 0;
  private mean = 0;
  private largest = 0;

  constructor(expected: number) {
    this.stride = Math.max(1, Math.ceil(expected / MAX_SORTED));
    this.kept = new Float64Array(Math.ceil(expected / this.stride));
  }

  add(distance: number): void {
    if (this.count % this.stride === 0) this.kept[this.count / this.stride] = distance;
    this.count += 1;
    // Not a sum, which would overflow before its mean does.
    this.mean += (distance - this.mean) / this.count;
    if (distance > this.largest) this.largest = distance;
  }

  result(): Distribution | null {
    if (this.count === 0) return null;
    const sorted = this.kept.subarray(0, Math.ceil(this.count / this.stride)).sort();
    const quantile = (share: number) => sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? 0;
    const { largest, mean } = this;
    return { largest, mean, p50: quantile(0.5), p90: quantile(0.9), p99: quantile(0.99) };
  }
}
