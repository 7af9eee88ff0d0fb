import type { Coalition } from '../games/game.js';
import { Cholesky } from '../regression/cholesky.js';

/** Multiplications between two pauses: one or two milliseconds. */
const OPERATIONS = 1_000_000;

export interface PairedEstimate {
  readonly values: Float64Array;
  /** Half-widths of 95 % intervals. */
  readonly halfWidths: Float64Array;
}

/**
 * Least squares over pairs of a coalition z and its complement, with Σφ held to `gain` by eliminating the last player. With
 * xⱼ = zⱼ − z_M and t = v(z) − v(∅) − z_M·gain the complement has −x, so that a pair is one observation of u = (t − t′)/2.
 */
export class PairedRegression {
  private readonly rows: Int8Array[] = [];
  private readonly observed: number[] = [];
  private readonly gram: Float64Array;
  private readonly moment: Float64Array;
  private readonly unknowns: number;

  constructor(
    private readonly players: number,
    private readonly gain: number,
  ) {
    this.unknowns = players - 1;
    this.gram = new Float64Array(this.unknowns ** 2);
    this.moment = new Float64Array(this.unknowns);
  }

  get pairs(): number {
    return this.rows.length;
  }

  /** @param value v(z) − v(∅) @param other of the complement */
  add(coalition: Coalition, value: number, other: number): void {
    const { unknowns, gram, moment, gain } = this;
    const last = coalition[unknowns] ?? 0;
    const row = Int8Array.from({ length: unknowns }, (_, player) => (coalition[player] ?? 0) - last);
    const u = (value - last * gain - (other - (1 - last) * gain)) / 2;
    this.rows.push(row);
    this.observed.push(u);
    for (let i = 0; i < unknowns; i += 1) {
      const xi = row[i] ?? 0;
      if (xi === 0) continue;
      moment[i] = (moment[i] ?? 0) + xi * u;
      for (let j = 0; j < unknowns; j += 1)
        gram[i * unknowns + j] = (gram[i * unknowns + j] ?? 0) + xi * (row[j] ?? 0);
    }
  }

  /**
   * Null while the pairs do not determine the values.
   *
   * @param pause gives others their turn, between steps of a few milliseconds
   */
  async estimate(pause: () => Promise<unknown>): Promise<PairedEstimate | null> {
    const { unknowns, players, gain, rows } = this;
    const factored = rows.length > unknowns ? Cholesky.of(this.gram, unknowns) : null;
    if (factored === null) return null;
    const free = factored.solve(this.moment);
    const variances = new Float64Array(players);
    const together = Math.max(1, Math.floor(OPERATIONS / unknowns ** 2));
    for (const [place, row] of rows.entries()) {
      if (place % together === together - 1) await pause();
      let fitted = 0;
      for (let i = 0; i < unknowns; i += 1) fitted += (row[i] ?? 0) * (free[i] ?? 0);
      const direction = factored.solve(row);
      let leverage = 0;
      for (let i = 0; i < unknowns; i += 1) leverage += (row[i] ?? 0) * (direction[i] ?? 0);
      // MacKinnon and White's HC2: without it the bars of few pairs are too short.
      const residual = ((this.observed[place] ?? 0) - fitted) / Math.sqrt(Math.max(1e-9, 1 - leverage));
      let last = 0;
      for (let i = 0; i < unknowns; i += 1) {
        const share = (direction[i] ?? 0) * residual;
        variances[i] = (variances[i] ?? 0) + share * share;
        last -= share;
      }
      variances[unknowns] = (variances[unknowns] ?? 0) + last * last;
    }
    const values = new Float64Array(players);
    let rest = gain;
    for (let i = 0; i < unknowns; i += 1) {
      values[i] = free[i] ?? 0;
      rest -= free[i] ?? 0;
    }
    values[unknowns] = rest;
    const quantile = studentQuantile(rows.length - unknowns);
    return { values, halfWidths: variances.map((variance) => quantile * Math.sqrt(variance)) };
  }
}

/** The 97.5 % quantile of Student's t (Cornish–Fisher expansion; within 0.2 % from 5 degrees of freedom on). */
export function studentQuantile(degrees: number): number {
  const z = 1.959963985;
  const first = (z ** 3 + z) / 4;
  const second = (5 * z ** 5 + 16 * z ** 3 + 3 * z) / 96;
  const third = (3 * z ** 7 + 19 * z ** 5 + 17 * z ** 3 - 15 * z) / 384;
  return z + first / degrees + second / degrees ** 2 + third / degrees ** 3;
}
