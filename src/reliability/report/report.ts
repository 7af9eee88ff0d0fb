/** One question of the form, and its answer. */
export interface ReportItem {
  /** As the QMRF numbers it, such as `4.3`. */
  readonly number: string;
  readonly title: string;
  /** Null: the version does not say. */
  readonly text: string | null;
  /** What a publisher does to fill it. */
  readonly how: string;
}

/** One section of the form. */
export interface ReportSection {
  readonly number: string;
  readonly title: string;
  /** The OECD's principle it answers, 1 to 5; null: none. */
  readonly principle: number | null;
  readonly items: readonly ReportItem[];
}

/**
 * A version by the OECD's principles for the validation of (Q)SAR models (ENV/JM/MONO(2004)24) in the sections of the QSAR Model
 * Reporting Format (JRC, QMRF 1.4).
 */
export interface Report {
  /** `esol@3`. */
  readonly version: string;
  readonly title: string;
  readonly sections: readonly ReportSection[];
}

export const REPORT_FORMATS = ['QMRF', 'MARKDOWN', 'JSON'] as const;
export type ReportFormat = (typeof REPORT_FORMATS)[number];
