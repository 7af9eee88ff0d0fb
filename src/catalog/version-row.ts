import type { Rewrite } from '../onnx/index.js';
import type { Pipeline } from '../pipelines/index.js';
import type { Signature } from '../tensors/index.js';
import { Prisma } from '../platform/database/index.js';
import type { AttachmentRecord } from './attachments/attachment.js';
import { ATTACHMENTS_OF_VERSION, attachmentsOf } from './attachments/attachment-store.js';
import type { ConversionRecord } from './conversions/conversion-record.js';
import type { OptimizationRecord } from './optimizations/optimization-record.js';
import type { Dataset, Environment, Metric, Source, VersionRecord } from './catalog-records.js';

/** A version as SQL answers it; the texts are JSON, as the store put it there. */
export interface VersionRow {
  readonly id: string;
  readonly modelId: string;
  readonly modelName: string;
  readonly number: number;
  readonly artifactDigest: string;
  readonly signature: string;
  readonly rewrites: string | null;
  readonly pipeline: string | null;
  readonly metrics: string;
  readonly notes: string;
  readonly source: string | null;
  readonly trainingData: string | null;
  readonly environment: string | null;
  readonly conversion: string | null;
  readonly optimization: string | null;
  readonly declaresRowsIndependent: boolean;
  readonly disclosesTraining: boolean;
  readonly attachments: string | null;
  readonly createdAt: Date;
  readonly createdBy: string;
}

/** Of a "Version" v and its "Model" m. As text: the client would parse every one of them. */
export const VERSION_COLUMNS = Prisma.sql`
  v."id", v."modelId", m."name" AS "modelName", v."number", v."artifactDigest", v."signature"::text,
  v."rewrites"::text, v."pipeline"::text, v."metrics"::text, v."notes", v."source"::text, v."trainingData"::text, v."environment"::text, v."conversion"::text, v."optimization"::text,
  v."declaresRowsIndependent", v."disclosesTraining", ${ATTACHMENTS_OF_VERSION} AS "attachments", v."createdAt", v."createdBy"`;

/** What is JSON is parsed when it is first looked at: most readers of many versions look at little of it. */
export function toVersion(row: VersionRow): VersionRecord {
  const {
    id,
    modelId,
    modelName,
    number,
    artifactDigest,
    notes,
    declaresRowsIndependent,
    disclosesTraining,
    createdAt,
    createdBy,
  } = row;
  const signature = parsed(row.signature);
  const rewrites = parsed(row.rewrites ?? '[]');
  const pipeline = parsed(row.pipeline);
  const metrics = parsed(row.metrics);
  const source = parsed(row.source);
  const trainingData = parsed(row.trainingData ?? '[]');
  const environment = parsed(row.environment);
  const conversion = parsed(row.conversion);
  const optimization = parsed(row.optimization);
  const attachments = parsed(row.attachments, attachmentsOf);
  return {
    id,
    modelId,
    modelName,
    number,
    ref: `${modelName}@${number}`,
    artifactDigest,
    get signature() {
      return signature() as Signature;
    },
    get rewrites() {
      return rewrites() as readonly Rewrite[];
    },
    get pipeline() {
      return pipeline() as Pipeline | null;
    },
    get metrics() {
      return metrics() as readonly Metric[];
    },
    notes,
    get source() {
      return source() as Source | null;
    },
    get trainingData() {
      return trainingData() as readonly Dataset[];
    },
    get environment() {
      return environment() as Environment | null;
    },
    get conversion() {
      return conversion() as ConversionRecord | null;
    },
    get optimization() {
      return optimization() as OptimizationRecord | null;
    },
    declaresRowsIndependent,
    disclosesTraining,
    get attachments() {
      return attachments() as readonly AttachmentRecord[];
    },
    createdAt,
    createdBy,
  };
}

/** @returns what gives the value of the JSON; null without any. */
function parsed(text: string | null, read = (value: unknown): unknown => value): () => unknown {
  let found: { readonly value: unknown } | undefined;
  return () => (found ??= { value: read(JSON.parse(text ?? 'null')) }).value;
}
