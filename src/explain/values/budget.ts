import { DomainError } from '../../platform/errors.js';

export interface BudgetLimits {
  /** Rows the model may be asked about. */
  readonly rows: number;
  readonly seconds: number;
}

/** What an explanation may cost, and what it has cost. */
export class Budget {
  private used = 0;
  private readonly begun: number;

  constructor(
    readonly limits: BudgetLimits,
    private readonly now: () => number = () => performance.now(),
  ) {
    this.begun = now();
  }

  /** Rows asked so far. */
  get rows(): number {
    return this.used;
  }

  get rowsLeft(): number {
    return this.limits.rows - this.used;
  }

  get seconds(): number {
    return (this.now() - this.begun) / 1_000;
  }

  get isTimeOver(): boolean {
    return this.seconds >= this.limits.seconds;
  }

  /** Whether so many more rows may be asked about. */
  allows(rows: number): boolean {
    return rows <= this.rowsLeft && !this.isTimeOver;
  }

  /**
   * Before the rows are asked about.
   *
   * @throws DomainError BUDGET_TOO_SMALL saying what was reached
   */
  take(rows: number): void {
    if (!this.allows(rows)) throw this.refusal(`${rows} more rows were needed`);
    this.used += rows;
  }

  /** @param needed what could not be had, as a clause */
  refusal(needed: string): DomainError {
    const over = this.isTimeOver
      ? `${this.limits.seconds} seconds were over`
      : `${this.limits.rows} rows were allowed`;
    return new DomainError(
      'BUDGET_TOO_SMALL',
      `The budget was too small for an answer: ${needed}, ${this.used} were asked in ${this.seconds.toFixed(1)} s, and ${over}. Give a larger budget, a smaller background or groups of features.`,
      { field: ['budget'] },
    );
  }
}
