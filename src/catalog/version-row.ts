import type { Signature } from '../onnx/index.js';
import { Prisma } from '../platform/database/index.js';
import type { JsonValue } from '../platform/events/index.js';
import type { Dataset, Environment, Metric, Source, VersionRecord } from './records.js';

/** A version as SQL answers it; the texts are JSON, as the store put it there. */
export interface VersionRow {
  readonly id: string;
  readonly modelId: string;
  readonly modelName: string;
  readonly number: number;
  readonly artifactDigest: string;
  readonly signature: string;
  readonly pipeline: string | null;
  readonly metrics: string;
  readonly notes: string;
  readonly source: string | null;
  readonly trainingData: string | null;
  readonly environment: string | null;
  readonly createdAt: Date;
  readonly createdBy: string;
}

/** Of a "Version" v and its "Model" m. As text: the client would parse every one of them. */
export const VERSION_COLUMNS = Prisma.sql`
  v."id", v."modelId", m."name" AS "modelName", v."number", v."artifactDigest", v."signature"::text,
  v."pipeline"::text, v."metrics"::text, v."notes", v."source"::text, v."trainingData"::text, v."environment"::text,
  v."createdAt", v."createdBy"`;

/** What is JSON is parsed when it is first looked at: most readers of many versions look at little of it. */
export function toVersion(row: VersionRow): VersionRecord {
  const { id, modelId, modelName, number, artifactDigest, notes, createdAt, createdBy } = row;
  const signature = parsed<Signature>(row.signature);
  const pipeline = parsed<JsonValue | null>(row.pipeline);
  const metrics = parsed<readonly Metric[]>(row.metrics);
  const source = parsed<Source | null>(row.source);
  const trainingData = parsed<readonly Dataset[]>(row.trainingData ?? '[]');
  const environment = parsed<Environment | null>(row.environment);
  return {
    id,
    modelId,
    modelName,
    number,
    ref: `${modelName}@${number}`,
    artifactDigest,
    get signature() {
      return signature();
    },
    get pipeline() {
      return pipeline();
    },
    get metrics() {
      return metrics();
    },
    notes,
    get source() {
      return source();
    },
    get trainingData() {
      return trainingData();
    },
    get environment() {
      return environment();
    },
    createdAt,
    createdBy,
  };
}

function parsed<T>(text: string | null): () => T {
  let found: { readonly value: T } | undefined;
  return () => (found ??= { value: JSON.parse(text ?? 'null') as T }).value;
}
