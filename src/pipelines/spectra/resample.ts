import { type Spectrum, SpectrumFault } from './spectrum.js';

export const OUTSIDE = ['refuse', 'zero', 'edge'] as const;

export interface Grid {
  readonly from: number;
  readonly to: number;
  readonly points: number;
  /** What stands at places beyond the measured ones. */
  readonly outside: (typeof OUTSIDE)[number];
}

/** Places at equal distances, the first and the last included. */
export function gridPlaces({ from, to, points }: Pick<Grid, 'from' | 'to' | 'points'>): Float64Array {
  return Float64Array.from({ length: points }, (_, index) =>
    index === points - 1 ? to : from + (index * (to - from)) / (points - 1),
  );
}

/**
 * Values at the places of a grid, between two measured ones by a straight line.
 *
 * @throws SpectrumFault where the spectrum does not reach that far and `outside` is `refuse`
 */
export function resample({ x, y }: Spectrum, grid: Grid): Float64Array {
  const [first = NaN, last = NaN] = [x[0], x.at(-1)];
  const [low, high] = [Math.min(grid.from, grid.to), Math.max(grid.from, grid.to)];
  // What a conversion of units rounds is no gap.
  const slack = 1e-9 * Math.max(Math.abs(first), Math.abs(last));
  if (grid.outside === 'refuse' && (low < first - slack || high > last + slack))
    throw new SpectrumFault(
      `The spectrum reaches from ${round(first)} to ${round(last)}, and the model needs ${round(low)} to ${round(high)}`,
    );
  return gridPlaces(grid).map((place) => {
    if (place <= first) return grid.outside === 'zero' && place < first - slack ? 0 : (y[0] ?? 0);
    if (place >= last) return grid.outside === 'zero' && place > last + slack ? 0 : (y.at(-1) ?? 0);
    const right = firstAtLeast(x, place);
    const [x0 = 0, x1 = 0, y0 = 0, y1 = 0] = [x[right - 1], x[right], y[right - 1], y[right]];
    return y0 + ((y1 - y0) * (place - x0)) / (x1 - x0);
  });
}

function firstAtLeast(x: Float64Array, place: number): number {
  let [low, high] = [0, x.length - 1];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((x[middle] ?? 0) < place) low = middle + 1;
    else high = middle;
  }
  return low;
}

function round(value: number): number {
  return Number(value.toPrecision(6));
}
