import type { Pipeline } from '../../pipelines/index.js';
import { binnedValues, chanceWasserstein, quantileBounds } from '../../statistics/index.js';
import {
  keyOf,
  MAX_QUANTITIES,
  type Observe,
  type Observed,
  type Operation,
  type Quantity,
} from './quantity.js';
import type { DomainRange, ReferenceFeature } from './reference.js';

/** Of two percent each, so that a distance of cumulative distributions loses little. */
const BINS = 50;
/** Values this close, relative to their size and to the spread of all, are the same but for rounding in FP32. */
const TOLERANCE = 1e-6;
const MAX_CATEGORIES = 49;

interface Column {
  readonly quantity: Quantity;
  readonly numbers: number[];
  readonly categories: Map<string, number>;
}

/** Gathers what is seen of rows, and makes distributions of it. */
export class ReferenceCollector {
  private readonly columns = new Map<string, Column>();
  private readonly rows = { INFER: 0, PREDICT: 0 };
  /** Of these, those of which anything but a failure was seen. */
  private readonly read = { INFER: 0, PREDICT: 0 };
  private omitted = 0;

  /**
   * @param read false when the instance could not be read: only its answer is missing then
   * @param see tells all that is seen of one row
   */
  row(operation: Operation, read: boolean, see: (observe: Observe) => void): void {
    this.rows[operation] += 1;
    if (read) this.read[operation] += 1;
    see((quantity, value) => this.take(quantity, value));
  }

  /** Quantities beyond the most that are watched. */
  get left(): number {
    return this.omitted;
  }

  /** In the order they were first seen; those that were never seen with a value are left out. */
  features(pipeline: Pipeline | null): ReferenceFeature[] {
    return [...this.columns.values()].flatMap((column) => {
      const feature = this.featureOf(column, pipeline);
      return feature ? [feature] : [];
    });
  }

  private take(quantity: Quantity, value: Observed): void {
    const key = keyOf(quantity);
    let column = this.columns.get(key);
    if (column === undefined) {
      if (this.columns.size >= MAX_QUANTITIES) {
        this.omitted += 1;
        return;
      }
      column = { quantity, numbers: [], categories: new Map() };
      this.columns.set(key, column);
    }
    if (typeof value === 'number') column.numbers.push(value);
    else if (value !== null) column.categories.set(value, (column.categories.get(value) ?? 0) + 1);
  }

  private featureOf(
    { quantity, numbers, categories }: Column,
    pipeline: Pipeline | null,
  ): ReferenceFeature | null {
    const rows = (quantity.role === 'OUTPUT' ? this.rows : this.read)[quantity.operation];
    const texts = [...categories.values()].reduce((sum, count) => sum + count, 0);
    // What is a number in most rows is one; a text in its place is no number, so it is missing.
    if (numbers.length >= texts && numbers.length > 0) {
      const sorted = Float64Array.from(numbers).sort();
      const bounds = boundsOf(sorted);
      const domain = domainOf(quantity, sorted, pipeline);
      const missing = rows - numbers.length;
      const values = binnedValues(sorted, bounds);
      return {
        ...quantity,
        rows,
        missing,
        domain,
        kind: 'NUMBER',
        bounds,
        values,
        chance: chanceWasserstein(sorted),
      };
    }
    if (texts === 0) return null;
    const common = [...categories]
      .sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1))
      .slice(0, MAX_CATEGORIES);
    const counts = common.map(([, count]) => count);
    const others = texts - counts.reduce((sum, count) => sum + count, 0);
    return {
      ...quantity,
      rows,
      missing: rows - texts,
      domain: null,
      kind: 'CATEGORY',
      categories: common.map(([name]) => name),
      counts: [...counts, others],
    };
  }
}

/** With the largest value as the last: what lies beyond all of the reference has a bin of its own. */
function boundsOf(sorted: Float64Array): number[] {
  const bounds = quantileBounds(sorted, BINS, TOLERANCE);
  const largest = sorted.at(-1) ?? 0;
  return largest > (bounds.at(-1) ?? -Infinity) ? [...bounds, largest] : bounds;
}

/** Ranges bound what a pipeline finds of an instance, before its transforms. */
function domainOf(quantity: Quantity, values: Float64Array, pipeline: Pipeline | null): DomainRange | null {
  const range = quantity.operation === 'PREDICT' ? pipeline?.domain?.ranges[quantity.name] : undefined;
  if (range === undefined || quantity.role === 'OUTPUT') return null;
  const { min = null, max = null } = range;
  return { min, max, outside: values.filter((value) => isOutside({ min, max }, value)).length };
}

export function isOutside({ min, max }: Pick<DomainRange, 'min' | 'max'>, value: number): boolean {
  return (min !== null && value < min) || (max !== null && value > max);
}
