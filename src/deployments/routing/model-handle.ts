import type { VersionRecord } from '../../catalog/index.js';
import type { LoadedModel } from '../../runtime/index.js';
import type { AbortSignalLike } from '../../platform/until-aborted.js';
import type { Batching } from '../rows/batching.js';
import type { OutputNumbers } from '../guards/index.js';
import type { DeploymentSettings } from '../records.js';

/** Short-lived right to run a model; must be released, whatever happens. */
export interface ModelHandle {
  readonly version: VersionRecord;
  /** Null when the version was loaded on demand. */
  readonly deployment: { readonly id: string; readonly name: string } | null;
  readonly model: LoadedModel;
  /** What the proof and the settings together allow. */
  readonly batching: Batching;
  readonly settings: DeploymentSettings;
  /** Null unless the request is part of a migration's trial. */
  readonly trial: TrialSeat | null;
  release(): void;
}

export type TrialSide = 'BASE' | 'CANDIDATE';

/** What a request that runs on one side of a trial can tell of it, and ask of it. */
export interface TrialSeat {
  readonly side: TrialSide;
  /** @param outcome a failure that is the caller's fault is none of the model's and must not be told */
  observe(outcome: { readonly ok: boolean; readonly totalMs: number }): void;
  /** What this side answered, for the distributions. */
  answered(outputs: OutputNumbers): void;
  /**
   * A place to ask the other side the same, or null when this request is not to be mirrored. Must be closed, whatever
   * happens.
   */
  mirror(): Mirror | null;
  /** The right to run what serves, for a request that the candidate failed. Null on that side itself. */
  fallback(signal: AbortSignalLike): Promise<ModelHandle | null>;
}

/** A request that is asked of the other side as well; its answer is compared and dropped. */
export interface Mirror {
  /** Null when the other side serves nothing at the moment. */
  acquire(signal: AbortSignalLike): Promise<ModelHandle | null>;
  observe(outcome: { readonly ok: boolean; readonly totalMs: number }): void;
  /** @param other null when the other side failed */
  compare(own: OutputNumbers, other: OutputNumbers | null): void;
  close(): void;
}

/** The handle, with the time until which its version is known to be the one that was meant, when that is not now. */
export function resolvedAs({ resolvedAsOf }: VersionRecord, handle: ModelHandle): ModelHandle {
  return resolvedAsOf ? { ...handle, version: { ...handle.version, resolvedAsOf } } : handle;
}
