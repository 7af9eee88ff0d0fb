import type { LabelledRow } from './labelled-rows.js';

/** What was asked for of the outcomes of a deployment. */
export interface WantedOutcomes {
  readonly deployment: string;
  /** Predictions of this version count. */
  readonly versionId: string;
  /** When it was measured. */
  readonly since: Date;
  readonly until: Date;
  /** The result that is compared, among those that the version has. */
  readonly result: string;
  readonly results: readonly string[];
}

export interface FoundOutcomes {
  readonly rows: readonly (LabelledRow | { readonly fault: string })[];
  /** Older ones were left out, since there are too many. */
  readonly isCut: boolean;
}

/** What the laboratory measured of logged predictions: kept by a room above this one. */
export interface MeasuredOutcomes {
  /** @throws DomainError DEPLOYMENT_NOT_FOUND; INVALID_ARGUMENT for a deployment that logs nothing */
  require(deployment: string, field: readonly string[]): Promise<void>;
  /** @throws DomainError as `require` */
  of(wanted: WantedOutcomes): Promise<FoundOutcomes>;
}
