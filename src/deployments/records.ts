import type {
  ExecutionProvider,
  GraphOptimization,
  Isolation,
  ProviderOptions,
  RemoteTarget,
} from '../runtime/index.js';
import type { DeploymentState, RevisionRole } from './deployment-state.js';
import type { MigrationPlan, MigrationRecord, MigrationStrategy } from './migrations/records.js';

/** How a revision runs its model. */
export interface RuntimeSettings {
  /** Processor threads one run may use. */
  readonly threads: number;
  /** Copies of the model, each on a runner of its own: that many runs at once. */
  readonly replicas: number;
  /** A thread of this process, or a process that can crash alone. */
  readonly isolation: Isolation;
  readonly graphOptimization: GraphOptimization;
  /** In order of preference; each is available here. */
  readonly executionProviders: readonly ExecutionProvider[];
  /** Of some of them, each at most once. */
  readonly executionProviderOptions: readonly ProviderOptions[];
  /** A run that takes longer is ended together with its process; means nothing with THREAD. */
  readonly maxRunMs: number;
  /** Each of its processes may take so much for itself; null: what its size suggests. Means nothing with THREAD. */
  readonly maxMemoryBytes: number | null;
  /** The server that runs it; null: this one, unless the version itself is on another. */
  readonly remote: RemoteTarget | null;
}

/** How requests that wait are joined, once the model has shown that it answers each as if alone. */
export interface BatchingSettings {
  /** False: never joined, whatever the proof would say. */
  readonly enabled: boolean;
  /** Rows that run together at most. */
  readonly maxBatchSize: number;
  /** How long an idle model waits for company; 0: not at all, an idle model takes whatever waits. */
  readonly maxDelayMicroseconds: number;
  /** Ascending; a batch is cut to the largest of them that it fills. Empty: any size. */
  readonly preferredBatchSizes: readonly number[];
  /** A batch is kept so small that it runs within this. Null: as large as it may be. */
  readonly latencyTargetMs: number | null;
}

export interface LimitSettings {
  /** Requests that wait or run at once; more are refused as OVERLOADED. */
  readonly maxQueue: number;
  /** Without a request for this long, the model is unloaded until the next one. Null: never. */
  readonly idleUnloadMs: number | null;
}

export interface CacheSettings {
  /** Of remembered answers and their keys. */
  readonly maxBytes: number;
}

/** Which of a deployment's requests are kept, and how many. */
export interface RecordingSettings {
  /** Above 0, at most 1: the share of the successful requests. */
  readonly sampleRate: number;
  /** The newest so many are kept. */
  readonly maxRequests: number;
  /** A larger request is not kept. */
  readonly maxRequestBytes: number;
  /** Of all that are kept. */
  readonly maxBytes: number;
}

/** Which of a deployment's predictions are logged, and what of them. */
export interface PredictionLogSettings {
  /** Above 0, at most 1: the share of the predictions. */
  readonly sampleRate: number;
  /** For how long one is kept. */
  readonly retentionMs: number;
  /** Of all that are kept; the oldest go first. */
  readonly maxBytes: number;
  /** Names of fields, results and tensors whose values are never kept. */
  readonly mask: readonly string[];
  /** The field by whose value predictions can be deleted; null: none. */
  readonly subject: string | null;
}

/** What an instance outside of the version's domain of applicability gets: a warning, or an error in place of an answer. */
export const OUT_OF_DOMAIN_POLICIES = ['WARN', 'REFUSE'] as const;
export type OutOfDomainPolicy = (typeof OUT_OF_DOMAIN_POLICIES)[number];

/** Everything a revision fixes besides its version. */
export interface DeploymentSettings {
  readonly runtime: RuntimeSettings;
  readonly batching: BatchingSettings;
  readonly limits: LimitSettings;
  /** Null: answers are not remembered. */
  readonly cache: CacheSettings | null;
  /** Null: no request is kept. */
  readonly recording: RecordingSettings | null;
  /** Null: no prediction is logged. */
  readonly predictionLog: PredictionLogSettings | null;
  readonly outOfDomain: OutOfDomainPolicy;
}

export interface RevisionRecord extends DeploymentSettings {
  readonly id: string;
  readonly deploymentId: string;
  readonly number: number;
  readonly versionId: string;
  readonly state: DeploymentState;
  readonly stateReason: string | null;
  readonly role: RevisionRole;
  /** Of the deployment's traffic, in proportion to its other revisions' that are READY. */
  readonly weight: number;
  /** Until when a STANDBY is kept in memory. */
  readonly standbyUntil: Date | null;
  /** When it became the primary; null: it never was. */
  readonly servedAt: Date | null;
  /** The number of the revision that one step of rollback goes back to. */
  readonly previous: number | null;
  readonly createdAt: Date;
  readonly createdBy: string;
  /** Why it was asked for, as whoever did so said. */
  readonly reason: string | null;
}

export interface DeploymentRecord {
  readonly id: string;
  readonly name: string;
  readonly modelId: string;
  readonly state: DeploymentState;
  readonly stateReason: string | null;
  readonly createdAt: Date;
  readonly updatedAt: Date;
  /** The alias of its model that it follows; null: none. */
  readonly followed: string | null;
  /** The primary revision: the one that serves, else the newest. */
  readonly revision: RevisionRecord;
  /** What answers requests now, by share; the shares add up to 100. Empty while nothing serves. */
  readonly traffic: readonly TrafficShare[];
  /** The latest, as it was together with the revisions; null when there has been none. */
  readonly migration: MigrationRecord | null;
}

/** How a deployment migrates when the alias it follows moves. */
export interface FollowPlan {
  readonly strategy: MigrationStrategy;
  readonly plan: MigrationPlan;
  readonly allowBreaking: boolean;
  /** The id of the version that it last went to, or was refused to, for the alias; null: none yet. */
  readonly followedTo: string | null;
}

export interface TrafficShare {
  readonly revision: RevisionRecord;
  /** Per cent of the requests that do not say which version they want. */
  readonly weight: number;
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
