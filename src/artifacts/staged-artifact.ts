/**
 * Bytes that are complete and durable on disk, but not yet under their name: nobody finds them by their digest. Ends with
 * `keep` or `discard`, or with the process.
 */
export interface StagedArtifact {
  readonly digest: string;
  /** Bytes. */
  readonly size: number;
  /** For the runtime of this process to load; never part of an answer. */
  readonly path: string;
  /** Gives the bytes their name. @returns whether they were stored already */
  keep(): Promise<{ alreadyStored: boolean }>;
  /** Forgets the bytes; after `keep` it does nothing. */
  discard(): Promise<void>;
}
