/** A quality of a version that was measured on rows whose values are known. */
export interface MeasuredQuality {
  readonly name: string;
  /** What the rows are called. */
  readonly dataset: string;
  readonly value: number;
  readonly unit: string | null;
  readonly higherIsBetter: boolean | null;
  /** 95 %; null where there is none. */
  readonly interval: { readonly low: number; readonly high: number } | null;
  /** How many it was measured on. */
  readonly rows: number;
  readonly at: Date;
}

/** What was measured of versions: kept by a room above this one. */
export interface MeasuredQualities {
  /** The newest of each; undefined while it is being read. */
  of(versionId: string): readonly MeasuredQuality[] | undefined;
  load(versionId: string): Promise<readonly MeasuredQuality[]>;
}

/** The newest that was measured of a metric on such rows; upper and lower case of the metric's name are the same. */
export function qualityOf(
  qualities: readonly MeasuredQuality[] | undefined,
  { metric, dataset }: { readonly metric: string; readonly dataset: string },
): MeasuredQuality | null {
  const name = metric.toLowerCase();
  return qualities?.find((each) => each.dataset === dataset && each.name.toLowerCase() === name) ?? null;
}
