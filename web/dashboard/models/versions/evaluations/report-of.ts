/** What the page shows of `Evaluation.report`. */
export interface ShownReport {
  readonly parity: readonly (readonly [measured: number, predicted: number])[] | null;
  readonly residuals: Readonly<Record<string, number>> | null;
  readonly coverage: {
    readonly rows: number;
    readonly covered: number;
    readonly meanWidth: number | null;
  } | null;
  readonly calibration: { readonly expectedError: number } | null;
  readonly confusion: {
    readonly classes: readonly string[];
    readonly counts: readonly (readonly number[])[];
  } | null;
  readonly groups: readonly Group[] | null;
}

export interface Group {
  readonly group: string;
  readonly rows: number;
  readonly metrics: Readonly<Record<string, number>>;
}

const NOTHING: ShownReport = {
  parity: null,
  residuals: null,
  coverage: null,
  calibration: null,
  confusion: null,
  groups: null,
};

/** A report as the server writes it; what a server of another version leaves out is not shown. */
export function evaluationReport(report: unknown): ShownReport {
  return { ...NOTHING, ...(report as Partial<ShownReport> | null) };
}
