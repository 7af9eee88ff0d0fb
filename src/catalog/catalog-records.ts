import type { GraphSummary, Rewrite, RowProof } from '../onnx/index.js';
import type { Signature } from '../tensors/index.js';
import type { Pipeline } from '../pipelines/index.js';
import type { AttachmentRecord } from './attachments/attachment.js';
import type { ConversionRecord } from './conversions/conversion-record.js';
import type { OptimizationRecord } from './optimizations/optimization-record.js';

export const DOMAINS = ['CHEMISTRY', 'PHYSICS', 'MATERIALS', 'BIOLOGY', 'GENERAL'] as const;
export type Domain = (typeof DOMAINS)[number];
export type DerivationRelation =
  'FINE_TUNED' | 'QUANTIZED' | 'PRUNED' | 'DISTILLED' | 'CONVERTED' | 'AGGREGATED';

/** A named line of versions. Its card can be long and is read apart, by `cardsOfModels`. */
export interface ModelRecord {
  readonly id: string;
  readonly name: string;
  readonly title: string;
  readonly summary: string;
  readonly domain: Domain;
  readonly labels: readonly string[];
  readonly latestVersion: number;
  readonly createdAt: Date;
  readonly createdBy: string;
  readonly updatedAt: Date;
  readonly archivedAt: Date | null;
}

/** What a model says of itself; versions keep what it said when they were published. */
export interface DescriptionRecord {
  readonly title: string;
  readonly summary: string;
  readonly domain: Domain;
  readonly labels: readonly string[];
  readonly card: string;
}

export interface Metric {
  readonly name: string;
  readonly value: number;
  readonly unit: string | null;
  readonly dataset: string | null;
  readonly higherIsBetter: boolean | null;
}

export interface Source {
  readonly repository: string | null;
  readonly commit: string | null;
  readonly path: string | null;
  readonly dirty: boolean | null;
  readonly url: string | null;
}

/** Data a version was trained on. */
export interface Dataset {
  readonly name: string;
  readonly url: string | null;
  readonly digest: string | null;
  readonly split: string | null;
}

/** What a version was made with. */
export interface Environment {
  readonly runtime: string | null;
  readonly platform: string | null;
  readonly image: string | null;
  readonly packages: readonly { readonly name: string; readonly version: string }[];
}

export interface VersionRecord {
  readonly id: string;
  readonly modelId: string;
  readonly modelName: string;
  readonly number: number;
  /** `esol@2`: names exactly this version for ever. */
  readonly ref: string;
  readonly artifactDigest: string;
  readonly signature: Signature;
  /** What was changed between the artifact and the graph that is loaded; empty when it is loaded as it is. */
  readonly rewrites: readonly Rewrite[];
  /** As `parsePipeline` normalised it; null when the version answers `infer` only. */
  readonly pipeline: Pipeline | null;
  readonly metrics: readonly Metric[];
  readonly notes: string;
  readonly source: Source | null;
  readonly trainingData: readonly Dataset[];
  readonly environment: Environment | null;
  /** How it came of a model in another form; null when it did not. */
  readonly conversion: ConversionRecord | null;
  /** How it was made smaller or faster of another version; null when it was not. */
  readonly optimization: OptimizationRecord | null;
  /** The publisher's word that rows are independent of each other, where the graph does not show it. */
  readonly declaresRowsIndependent: boolean;
  /** Whether its predictions may name rows of its training data. */
  readonly disclosesTraining: boolean;
  /** In the publisher's order. */
  readonly attachments: readonly AttachmentRecord[];
  readonly createdAt: Date;
  readonly createdBy: string;
  /** Set when a reference was resolved while the database did not answer: it meant this version at least until then. */
  readonly resolvedAsOf?: Date;
}

export type ArtifactRecord = Pick<
  GraphSummary,
  'format' | 'producer' | 'opsets' | 'metadata' | 'metadataOmitted' | 'parameterCount' | 'operators'
> & {
  readonly digest: string;
  /** Bytes. */
  readonly size: bigint;
  readonly irVersion: number | null;
  /** Null where nobody has looked for it yet. */
  readonly rowProof: RowProof | null;
  readonly createdAt: Date;
};

export interface TagRecord {
  readonly modelId: string;
  readonly name: string;
  readonly versionId: string;
  readonly createdAt: Date;
  readonly createdBy: string;
}

/** A tag or an alias with the number of the version it names. */
export type Numbered<T extends TagRecord | AliasRecord> = T & { readonly number: number };

export interface AliasRecord {
  readonly modelId: string;
  readonly name: string;
  readonly versionId: string;
  /** It moves, and is removed, only with a reason. */
  readonly protected: boolean;
  readonly updatedAt: Date;
  readonly updatedBy: string;
}

/** `MOVED` also when it was created. */
export type AliasChangeKind = 'MOVED' | 'ROLLED_BACK' | 'REMOVED' | 'PROTECTED' | 'UNPROTECTED';

/** One entry of an alias's history. Ids rise with time; within an alias so does `at`, or it stays. */
export interface AliasChangeRecord {
  readonly id: bigint;
  readonly modelId: string;
  readonly alias: string;
  readonly kind: AliasChangeKind;
  /** Null: it did not exist. */
  readonly fromNumber: number | null;
  readonly fromVersionId: string | null;
  /** Null: it was removed. */
  readonly toNumber: number | null;
  readonly toVersionId: string | null;
  /** From here on. */
  readonly protected: boolean;
  readonly reason: string | null;
  readonly actor: string;
  readonly at: Date;
}

export interface DerivationRecord {
  readonly childId: string;
  readonly parentId: string;
  readonly relation: DerivationRelation;
}

/** Which way from a version: to what it was made from, or to what was made from it. */
export type LineageDirection = 'ANCESTORS' | 'DESCENDANTS' | 'BOTH';

/** A version's place in the graph of derivations. */
export interface LineageRecord {
  /** Its own id first, then the others', nearest first. */
  readonly versionIds: readonly string[];
  readonly derivations: readonly DerivationRecord[];
  /** False when the graph goes on where this was cut off. */
  readonly isComplete: boolean;
}
