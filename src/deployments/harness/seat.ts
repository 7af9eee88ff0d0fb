import type { VersionRecord } from '../../catalog/index.js';
import type { Caller } from '../../security/index.js';
import type { Desired } from '../desired/desired.js';
import type { RevisionRecord } from '../records.js';
import type { RowWriter } from '../desired/row-writer.js';

/** A revision with its version. */
export interface Subject {
  readonly revision: RevisionRecord;
  readonly version: VersionRecord;
}

/** A deployment, for whoever changes its rows in a turn of its own. */
export interface Seat {
  /** @throws DomainError INTERNAL before its first revision */
  readonly identity: { readonly id: string; readonly name: string; readonly modelId: string };
  readonly desired: Desired;
  /** The primary revision while it serves; null while nothing does. */
  readonly subject: Subject | null;
  readonly writer: RowWriter;
  /** @throws DomainError INTERNAL for one that is not among the rows */
  versionOf(revision: RevisionRecord): VersionRecord;
  /** Whose doing it is what becomes of the revision from now on. */
  onBehalfOf(revisionId: string, caller: Caller): void;
}
