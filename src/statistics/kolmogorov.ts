import { effectiveSamples } from './stability-index.js';

const TERMS = 100;
const PRECISION = 1e-17;
/** To 12 digits. */
const HALVINGS = 50;
/** Above it the first series converges in a few terms, below it the second. */
const MEETING_POINT = 1.18;

/** P(K > x) for Kolmogorov's distribution, the limit of √n · D. */
function kolmogorovTail(x: number): number {
  if (x <= 0) return 1;
  let sum = 0;
  if (x < MEETING_POINT) {
    for (let k = 1; k <= TERMS; k += 1) sum += Math.exp((-((2 * k - 1) ** 2) * Math.PI ** 2) / (8 * x * x));
    return 1 - (Math.sqrt(2 * Math.PI) / x) * sum;
  }
  for (let k = 1; k <= TERMS; k += 1) {
    const term = Math.exp(-2 * k * k * x * x);
    sum += k % 2 === 1 ? term : -term;
    if (term < PRECISION) break;
  }
  return 2 * sum;
}

/**
 * The probability that two samples of one distribution are at least so far apart. Of a distribution with repeated values,
 * or of samples in bins, it is at most this.
 */
export function kolmogorovSmirnovTail(distance: number, base: number, candidate: number): number {
  return kolmogorovTail(distance * scale(base, candidate));
}

/** The distance that two samples of one distribution exceed with probability `tail`. */
export function kolmogorovCritical(tail: number, base: number, candidate: number): number {
  let [low, high] = [0, 10];
  for (let step = 0; step < HALVINGS; step += 1) {
    const middle = (low + high) / 2;
    if (kolmogorovTail(middle) > tail) low = middle;
    else high = middle;
  }
  return high / scale(base, candidate);
}

/** √n with the correction for small samples of M. Stephens, J. R. Stat. Soc. B 32 (1970), 115. */
function scale(base: number, candidate: number): number {
  const root = Math.sqrt(effectiveSamples(base, candidate));
  return root === 0 ? 0 : root + 0.12 + 0.11 / root;
}
