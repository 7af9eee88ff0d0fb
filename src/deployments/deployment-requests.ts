import type { VersionRecord } from '../catalog/index.js';
import type { DomainError } from '../platform/errors.js';
import type { LoadedModel } from '../runtime/index.js';
import type { BatchingSettings } from './records.js';
import type { Batching } from './rows/batching.js';
import type { SettingsInput } from './settings/settings-input.js';

/** Settings that are left out have their defaults. */
export interface DeployRequest extends SettingsInput {
  readonly name: string;
  /** A version ref. */
  readonly version: string;
  /** Answers when the revision is READY or has failed, or after this many milliseconds; 30,000 when left out. */
  readonly waitMs?: number | null | undefined;
  readonly reason?: string | null | undefined;
}

/** Settings that are left out stay as they are. */
export interface UpdateRequest extends SettingsInput {
  readonly name: string;
  /** As for DeployRequest. */
  readonly waitMs?: number | null | undefined;
  readonly reason?: string | null | undefined;
}

export interface UndeployRequest {
  readonly name: string;
  readonly reason?: string | null | undefined;
}

export interface ClearRecordedRequest {
  readonly deployment: string;
  readonly reason?: string | null | undefined;
}

export interface BatchingInEffect {
  readonly proof: Batching;
  readonly settings: BatchingSettings;
}

/** What a deployment holds at the moment. */
export interface LoadedState {
  readonly loaded: boolean;
  /** Null while not loaded. */
  readonly memoryBytes: number | null;
  /** Of its processes; none when it runs in a thread. */
  readonly processIds: readonly number[];
}

/** What all revisions of a deployment hold together at the moment. */
export interface Occupancy {
  /** That wait or run, as limits.maxQueue counts them. */
  readonly requests: number;
  /** Null while none of them is in memory. */
  readonly memoryBytes: number | null;
  /** As of LoadedState. */
  readonly processIds: readonly number[];
}

/** A version that a deployment answers with at the moment. */
export interface ServedVersion {
  readonly deployment: string;
  readonly version: VersionRecord;
  /** Null while it is not in memory. */
  readonly model: LoadedModel | null;
}

/** The versions by which a request may be answered. */
export interface VersionSet {
  has(version: VersionRecord): boolean;
  /** What a request gets whose deployment serves, but none of them. */
  refusal(): DomainError;
}

/** What a request is for, when it names a deployment. */
export interface DeploymentTarget {
  readonly deployment: string;
  /** Requests of one key go to one version, as far as the shares of the traffic allow. */
  readonly routingKey?: string | undefined;
  /** A ref of the version that must answer, one that the deployment serves. */
  readonly pin?: string | undefined;
  /** Left out: any that the deployment serves. */
  readonly among?: VersionSet | undefined;
}
