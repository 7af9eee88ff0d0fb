/** The one number of a model's answer that is explained. */
export interface ScalarTarget {
  /** As the caller may write it: `log_s`, `probabilities.toxic`, `spectrum[3]`. */
  readonly name: string;
  readonly unit: string | null;
  /** Where it is an element of an output of the graph as it stands; null where steps of the pipeline make it. */
  readonly output: {
    readonly name: string;
    /** Row-major, within one row. */ readonly element: number;
  } | null;
  /** Where it stands in `Prediction.results`; null for an output that the pipeline does not answer. */
  readonly result: {
    readonly name: string;
    /** A column's name, or an index row-major; null for a result of one number. */
    readonly column: string | null;
    readonly index: readonly number[] | null;
  } | null;
}
