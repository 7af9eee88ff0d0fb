import { SpectrumFault } from './spectrum.js';

export const NORMALIZATIONS = ['max', 'range', 'sum', 'vector', 'snv'] as const;
export type Normalization = (typeof NORMALIZATIONS)[number];

/**
 * Brings values of different strength to one scale: `max` divides by the largest magnitude, `range` maps the least to 0 and
 * the largest to 1, `sum` divides by the sum of the magnitudes, `vector` by the Euclidean length, and `snv` is the standard normal variate (Barnes,
 * Dhanoa and Lister, Appl. Spectrosc. 43, 772 (1989)): mean 0, standard deviation (n − 1) 1.
 *
 * @throws SpectrumFault where there is nothing to divide by
 */
export function normalize(values: ArrayLike<number>, method: Normalization): Float64Array {
  const all = Float64Array.from(values);
  const { shift, scale } = SCALES[method](all);
  if (!(scale > 0))
    throw new SpectrumFault(
      `All values are ${method === 'range' || method === 'snv' ? 'the same' : '0'}, so that they cannot be normalised (${method})`,
    );
  return all.map((value) => (value - shift) / scale);
}

const SCALES: Readonly<Record<Normalization, (values: Float64Array) => { shift: number; scale: number }>> = {
  max: (values) => ({ shift: 0, scale: values.reduce((most, value) => Math.max(most, Math.abs(value)), 0) }),
  range(values) {
    const least = values.reduce((one, other) => Math.min(one, other), Infinity);
    return { shift: least, scale: values.reduce((one, other) => Math.max(one, other), -Infinity) - least };
  },
  sum: (values) => ({ shift: 0, scale: values.reduce((sum, value) => sum + Math.abs(value), 0) }),
  vector: (values) => ({ shift: 0, scale: Math.sqrt(values.reduce((sum, value) => sum + value * value, 0)) }),
  snv(values) {
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
    const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
    return { shift: mean, scale: Math.sqrt(squares / (values.length - 1)) };
  },
};
