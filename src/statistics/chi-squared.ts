import { logGamma } from './beta-function.js';

const TINY = 1e-300;
const PRECISION = 1e-15;
const MOST_TERMS = 10_000;
/** To 12 digits. */
const HALVINGS = 60;

/** P(X > x) for X chi-squared. */
export function chiSquaredTail(x: number, freedom: number): number {
  return x <= 0 ? 1 : upperGamma(freedom / 2, x / 2);
}

/** The x that X exceeds with probability `tail`. */
export function chiSquaredQuantile(tail: number, freedom: number): number {
  let [low, high] = [0, freedom + 10];
  while (chiSquaredTail(high, freedom) > tail) high *= 2;
  for (let step = 0; step < HALVINGS; step += 1) {
    const middle = (low + high) / 2;
    if (chiSquaredTail(middle, freedom) > tail) low = middle;
    else high = middle;
  }
  return high;
}

/** Q(a, x), the regularised upper incomplete gamma function: DLMF 8.11.4 below a + 1, the fraction 8.9.2 above. */
function upperGamma(a: number, x: number): number {
  const front = Math.exp(a * Math.log(x) - x - logGamma(a));
  return x < a + 1 ? 1 - front * series(a, x) : front * continuedFraction(a, x);
}

function series(a: number, x: number): number {
  let term = 1 / a;
  let sum = term;
  for (let n = 1; n <= MOST_TERMS && term > sum * PRECISION; n += 1) {
    term *= x / (a + n);
    sum += term;
  }
  return sum;
}

/** By Lentz. */
function continuedFraction(a: number, x: number): number {
  let b = x + 1 - a;
  let c = 1 / TINY;
  let d = 1 / b;
  let result = d;
  for (let n = 1; n <= MOST_TERMS; n += 1) {
    const an = n * (a - n);
    b += 2;
    d = 1 / away(an * d + b);
    c = away(b + an / c);
    result *= d * c;
    if (Math.abs(d * c - 1) < PRECISION) break;
  }
  return result;
}

function away(value: number): number {
  return Math.abs(value) < TINY ? TINY : value;
}
