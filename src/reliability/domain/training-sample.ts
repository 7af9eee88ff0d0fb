import type { Rows } from '../../statistics/index.js';
import { columnKinds } from './column-kinds.js';
import type { ShownRow, TrainingRange } from './fitted-domain.js';
import type { PreparedRow } from './prepared-row.js';

/** Rows that distances are to: a query takes time in proportion. */
const MAX_ROWS = 10_000;
/** Numbers of the sample: 32 MB. */
const MAX_NUMBERS = 8_000_000;
/** Wider instances are spectra or pictures, whose single numbers mean little. */
const MAX_WIDTH = 20_000;

export interface SampledRow {
  readonly instance: unknown;
  readonly prepared: PreparedRow;
  readonly shown: ShownRow;
}

/** Gathers training rows in bounded memory: the ranges of all, the numbers of a sample (Vitter's algorithm R). */
export class TrainingSample {
  private readonly bounds = new Map<string, { min: number; max: number }>();
  private readonly kept: SampledRow[] = [];
  private readonly vectors: Float32Array[] = [];
  /** Of an instance; undefined before the first; 0 where they differ, or are too many. */
  private width: number | undefined;
  private most = MAX_ROWS;
  count = 0;

  constructor(private readonly random: () => number) {}

  add(row: SampledRow): void {
    this.count += 1;
    for (const [name, value] of Object.entries(row.prepared.quantities)) this.widen(name, value);
    const { vector } = row.prepared;
    this.width ??= vector === null || vector.length > MAX_WIDTH ? 0 : vector.length;
    if (vector?.length !== this.width) this.width = 0;
    if (this.count === 1) this.most = Math.min(MAX_ROWS, Math.floor(MAX_NUMBERS / Math.max(1, this.width)));
    const place = this.kept.length < this.most ? this.kept.length : Math.floor(this.random() * this.count);
    if (place >= this.most) return;
    this.kept[place] = row;
    this.vectors[place] =
      this.width === 0 || vector === null ? new Float32Array() : Float32Array.from(vector);
  }

  get ranges(): TrainingRange[] {
    return [...this.bounds].map(([name, bounds]) => ({ name, ...bounds }));
  }

  /** The sample; its order means nothing. */
  get rows(): readonly SampledRow[] {
    return this.kept;
  }

  /** Its numbers; null where instances have different ones. */
  numbers(): Rows | null {
    const { width, vectors } = this;
    if (width === undefined || width === 0) return null;
    const data = new Float32Array(vectors.length * width);
    for (const [row, vector] of vectors.entries()) data.set(vector, row * width);
    return { count: vectors.length, width, data };
  }

  /** Whether so many of the numbers are 0 or 1 in every row. */
  hasBits(fewest: number): boolean {
    const numbers = this.numbers();
    return numbers !== null && columnKinds(numbers).bits.length >= fewest;
  }

  private widen(name: string, value: number): void {
    if (!Number.isFinite(value)) return;
    const known = this.bounds.get(name);
    if (known === undefined) this.bounds.set(name, { min: value, max: value });
    else {
      known.min = Math.min(known.min, value);
      known.max = Math.max(known.max, value);
    }
  }
}
