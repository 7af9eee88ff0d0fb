import type { DeploymentState } from './deployment-state.js';

/** How a revision runs its model. */
export interface RuntimeSettings {
  /** Processor threads one run may use. */
  readonly threads: number;
}

export interface RevisionRecord {
  readonly id: string;
  readonly deploymentId: string;
  readonly number: number;
  readonly versionId: string;
  readonly state: DeploymentState;
  readonly stateReason: string | null;
  readonly runtime: RuntimeSettings;
  readonly createdAt: Date;
  readonly createdBy: string;
}

export interface DeploymentRecord {
  readonly id: string;
  readonly name: string;
  readonly modelId: string;
  readonly state: DeploymentState;
  readonly stateReason: string | null;
  readonly createdAt: Date;
  readonly updatedAt: Date;
  /** The revision that serves, else the newest. */
  readonly revision: RevisionRecord;
}

export interface DeploymentFilter {
  /** A model's name. */
  readonly model?: string | undefined;
  readonly states?: readonly DeploymentState[] | undefined;
}

/** Keyset page, by name. `fromEnd` takes the last ones; the order of the answer stays ascending. */
export interface DeploymentPageQuery {
  readonly filter?: DeploymentFilter | undefined;
  readonly after?: { readonly name: string } | undefined;
  readonly before?: { readonly name: string } | undefined;
  readonly take: number;
  readonly fromEnd: boolean;
}
