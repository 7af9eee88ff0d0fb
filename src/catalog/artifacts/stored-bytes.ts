import type { FoundAt } from '../../sources/index.js';

/** Where an artifact lies, as a caller says it. */
export interface LocationInput {
  readonly url: string;
  /** The name of a secret of the operator's. */
  readonly credentials?: string | null | undefined;
  /** What its bytes have to be. */
  readonly digest?: string | null | undefined;
}

export interface StoredBytes {
  readonly digest: string;
  /** Bytes. */
  readonly size: number;
  /** Where they were fetched from; undefined for what was sent. */
  readonly foundAt?: FoundAt;
}
