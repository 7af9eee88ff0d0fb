import { logGamma } from './beta-function.js';

const PRECISION = 1e-17;

/**
 * P(X ≥ count) where X is how many of `marked` among `total` fall into a draw of `drawn` without replacement: Fisher's
 * exact test that a rate is higher in the draw than in the rest.
 */
export function hypergeometricTail(count: number, drawn: number, marked: number, total: number): number {
  const least = Math.max(0, drawn + marked - total);
  const most = Math.min(drawn, marked);
  if (count <= least) return 1;
  if (count > most) return 0;
  const others = total - marked - drawn;
  const share = (k: number) =>
    Math.exp(logChoose(marked, k) + logChoose(total - marked, drawn - k) - logChoose(total, drawn));
  // Away from the middle, where terms only get smaller: the first of them cannot vanish beside the rest.
  let sum = 0;
  if (count > (drawn * marked) / total) {
    let term = share(count);
    for (let k = count; k <= most && term > sum * PRECISION; k += 1) {
      sum += term;
      term *= ((marked - k) / (k + 1)) * ((drawn - k) / (others + k + 1));
    }
    return Math.min(1, sum);
  }
  let term = share(count - 1);
  for (let k = count - 1; k >= least && term > sum * PRECISION; k -= 1) {
    sum += term;
    term *= (k / (marked - k + 1)) * ((others + k) / (drawn - k + 1));
  }
  return Math.max(0, 1 - sum);
}

function logChoose(n: number, k: number): number {
  return logGamma(n + 1) - logGamma(k + 1) - logGamma(n - k + 1);
}
