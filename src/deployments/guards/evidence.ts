import { logBeta } from '../../statistics/index.js';

/*
 * Evidence against a claim, as the logarithm of an e-process: how many times better the outcomes are explained by a
 * mixture of all shares (Jeffreys' prior, so a beta-binomial) than by the share that suits the claim best. While the
 * claim is true it exceeds ln(1/α) ever, at any number of looks, with a probability of at most α (Ville's inequality).
 * H. Robbins, Ann. Math. Statist. 41 (1970); L. Wasserman, A. Ramdas, S. Balakrishnan, PNAS 117 (2020), 16880;
 * A. Ramdas, P. Grünwald, V. Vovk, G. Shafer, Statistical Science 38 (2023).
 */

const HALVINGS = 60;

export interface Share {
  readonly count: number;
  readonly trials: number;
}

/** Evidence against "the share is at most `limit`"; grows with the count. */
export function evidenceAbove({ count, trials }: Share, limit: number): number {
  return mixture(count, trials) - likelihood(count, trials, Math.min(limit, count / Math.max(1, trials)));
}

/** Evidence against "the share is at least `limit`"; falls with the count. */
export function evidenceBelow(share: Share, limit: number): number {
  // A share that looks as claimed or larger counts like the least such, so that this never rises with the count.
  if (share.count >= limit * share.trials) return mixture(0, share.trials);
  return mixture(share.count, share.trials) - likelihood(share.count, share.trials, limit);
}

/** Evidence against "the candidate's share is at most the base's plus `increase`", whatever the base's is. */
export function evidenceOfIncrease(base: Share, candidate: Share, increase: number): number {
  if (base.trials === 0 || candidate.trials === 0) return 0;
  if (candidate.count / candidate.trials <= base.count / base.trials + increase) return 0;
  const best = bestWithin(base, candidate, increase);
  return (
    mixture(base.count, base.trials) +
    mixture(candidate.count, candidate.trials) -
    likelihood(base.count, base.trials, best) -
    likelihood(candidate.count, candidate.trials, best + increase)
  );
}

/** The base's share at which both counts are likeliest while the candidate's is exactly `increase` larger. */
function bestWithin(base: Share, candidate: Share, increase: number): number {
  let [low, high] = [0, 1 - increase];
  // The likelihood is concave along this line: its slope changes sign once.
  for (let step = 0; step < HALVINGS; step += 1) {
    const middle = (low + high) / 2;
    if (slope(base, middle) + slope(candidate, middle + increase) > 0) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}

function slope({ count, trials }: Share, share: number): number {
  return count / share - (trials - count) / (1 - share);
}

/** ln ∫ pᵏ(1−p)ⁿ⁻ᵏ dπ(p), with π = Beta(½, ½). */
function mixture(count: number, trials: number): number {
  return logBeta(count + 0.5, trials - count + 0.5) - Math.log(Math.PI);
}

/** ln pᵏ(1−p)ⁿ⁻ᵏ, where 0 · ln 0 = 0. */
function likelihood(count: number, trials: number, share: number): number {
  const hits = count === 0 ? 0 : count * Math.log(share);
  return count === trials ? hits : hits + (trials - count) * Math.log1p(-share);
}
