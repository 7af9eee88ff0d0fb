import { z } from 'zod';
import { DATA_TYPES, NARROW_TYPES } from '../../tensors/index.js';
import { REWRITE_KINDS } from '../../onnx/index.js';
import { ATTACHMENT_ROLES, DOMAINS, conversionSchema, optimizationSchema } from '../../catalog/index.js';
import { FILE_FORMATS } from '../../datafiles/index.js';

/**
 * What an archive says, format 1; docs/archive-format.md explains it. No part of it is local to a catalog: versions are
 * named by number, entries of the history by their place in it, other models' versions by name, number and digest.
 */

/** PostgreSQL's integer. */
const number = z
  .int()
  .min(1)
  .max(2 ** 31 - 1);
const digest = z.string().regex(/^sha256:[0-9a-f]{64}$/, 'expected "sha256:" and 64 hexadecimal digits');
/** Half a character, which no database stores. */
const LONE_SURROGATE = /\p{Surrogate}/u;
const text = z
  .string()
  .refine(
    (value) => !value.includes('\0') && !LONE_SURROGATE.test(value),
    'expected text that can be stored',
  );
const actor = text.min(1).max(500);
const instant = z.string().refine(
  // Years of four digits, and to the millisecond: what the database keeps.
  (value) =>
    /^\d{4}-/.test(value) && !Number.isNaN(Date.parse(value)) && new Date(value).toISOString() === value,
  'expected an instant such as 2026-03-01T12:00:00.000Z',
);

const tensorSpec = z.strictObject({
  name: text,
  datatype: z.enum(DATA_TYPES),
  shape: z.array(z.int()),
  dimensions: z.array(text.nullable()).exactOptional(),
  unranked: z.literal(true).exactOptional(),
  classLabels: z.array(text).exactOptional(),
  default: z
    .strictObject({ datatype: z.enum(DATA_TYPES), shape: z.array(z.int().min(0)), data: z.string() })
    .exactOptional(),
  storedAs: z.enum(NARROW_TYPES).exactOptional(),
});
const rewrite = z.strictObject({ kind: z.enum(REWRITE_KINDS), tensor: text });
const metric = z.strictObject({
  name: text,
  value: z.number(),
  unit: text.nullable(),
  dataset: text.nullable(),
  higherIsBetter: z.boolean().nullable(),
});
const source = z.strictObject({
  repository: text.nullable(),
  commit: text.nullable(),
  path: text.nullable(),
  dirty: z.boolean().nullable(),
  url: text.nullable(),
});
const dataset = z.strictObject({
  name: text,
  url: text.nullable(),
  digest: text.nullable(),
  split: text.nullable(),
});
const environment = z.strictObject({
  runtime: text.nullable(),
  platform: text.nullable(),
  image: text.nullable(),
  packages: z.array(z.strictObject({ name: text, version: text })),
});
const keptTensor = z.strictObject({
  name: text,
  datatype: z.enum(DATA_TYPES),
  shape: z.array(z.int().min(0)),
  /** Base64 of the row-major little-endian bytes. */
  data: z.string(),
});
const aboutExample = { name: text.nullable(), description: text.nullable() };
const example = z.union([
  z.strictObject({ ...aboutExample, instance: z.json(), expected: z.json() }),
  z.strictObject({ ...aboutExample, inputs: z.array(keptTensor), expected: z.array(keptTensor) }),
]);
const attachment = z.strictObject({
  role: z.enum(ATTACHMENT_ROLES),
  digest,
  /** Bytes, as among the blobs. */
  size: z.int().min(1),
  /** Null for what has no rows. */
  format: z.enum(FILE_FORMATS).nullable(),
  rows: z.int().min(0).nullable(),
  columns: z.record(text, text),
  target: text.nullable(),
  predicted: text.nullable(),
  /** What its role makes of it; judged as for publishing. */
  options: z.record(z.string(), z.json()),
});
const parent = z.strictObject({
  /** Null: of the archive's own model. */
  model: text.nullable(),
  number,
  digest,
  relation: z.enum(['FINE_TUNED', 'QUANTIZED', 'PRUNED', 'DISTILLED', 'CONVERTED', 'AGGREGATED']),
});
const version = z.strictObject({
  number,
  artifact: digest,
  signature: z.strictObject({ inputs: z.array(tensorSpec), outputs: z.array(tensorSpec) }),
  rewrites: z.array(rewrite).min(1).exactOptional(),
  pipeline: z.json(),
  metrics: z.array(metric),
  notes: text,
  source: source.nullable(),
  trainingData: z.array(dataset),
  environment: environment.nullable(),
  /** Left out where it is not so: archives that do not say it are as they were before it could be said. */
  declaresRowsIndependent: z.literal(true).exactOptional(),
  /** These four likewise. */
  conversion: conversionSchema.exactOptional(),
  optimization: optimizationSchema.exactOptional(),
  disclosesTraining: z.literal(true).exactOptional(),
  attachments: z.array(attachment).min(1).exactOptional(),
  derivedFrom: z.array(parent),
  /** In the publisher's order. */
  examples: z.array(example),
  createdAt: instant,
  createdBy: actor,
});
const evaluation = z.strictObject({
  version: number,
  dataset: text.min(1).max(200),
  /** Of the file; null where it was measured by recorded outcomes. */
  artifact: digest.nullable(),
  result: text,
  rows: z.int().min(0),
  failed: z.int().min(0),
  metrics: z.array(
    z.strictObject({
      name: text,
      value: z.number(),
      interval: z.strictObject({ low: z.number(), high: z.number() }).nullable(),
      unit: text.nullable(),
      higherIsBetter: z.boolean().nullable(),
    }),
  ),
  report: z.record(z.string(), z.json()),
  createdAt: instant,
  createdBy: actor,
});
const tag = z.strictObject({ name: text, version: number, createdAt: instant, createdBy: actor });
const alias = z.strictObject({
  name: text,
  version: number,
  protected: z.boolean(),
  updatedAt: instant,
  updatedBy: actor,
});
const aliasChange = z.strictObject({
  alias: text,
  kind: z.enum(['MOVED', 'ROLLED_BACK', 'REMOVED', 'PROTECTED', 'UNPROTECTED']),
  from: number.nullable(),
  to: number.nullable(),
  protected: z.boolean(),
  /** The place in this list of the entry that undoing this one restores. */
  previous: z.int().min(0).nullable(),
  reason: text.max(1_000).nullable(),
  actor,
  at: instant,
});
const texts = { title: text, summary: text, domain: z.enum(DOMAINS), labels: z.array(text), card: text };
const description = z.strictObject({ untilVersion: number, ...texts });
const model = z.strictObject({
  name: text,
  ...texts,
  createdAt: instant,
  createdBy: actor,
  updatedAt: instant,
  archivedAt: instant.nullable(),
});

export const FORMAT = 'retort-model-archive';

export const manifestSchema = z.strictObject({
  format: z.literal(FORMAT),
  formatVersion: z.literal(1),
  model,
  /** What the model said of itself before, by the last version that was published under it. */
  descriptions: z.array(description),
  /** By number: 1, 2, 3… */
  versions: z.array(version),
  /** The newest of each version, set of rows and result, in their order; left out where there are none. */
  evaluations: z.array(evaluation).min(1).exactOptional(),
  /** By name. */
  tags: z.array(tag),
  /** By name. */
  aliases: z.array(alias),
  /** Of all aliases, removed ones too, in the order in which it happened. */
  aliasHistory: z.array(aliasChange),
  /** By digest: the files of every version, each once. */
  blobs: z.array(z.strictObject({ digest, size: z.int().min(1) })),
});

export type Manifest = z.output<typeof manifestSchema>;
export type ManifestDescription = Manifest['descriptions'][number];
export type ManifestVersion = Manifest['versions'][number];
export type ManifestExample = ManifestVersion['examples'][number];
export type ManifestAttachment = NonNullable<ManifestVersion['attachments']>[number];
export type ManifestParent = ManifestVersion['derivedFrom'][number];
export type ManifestEvaluation = NonNullable<Manifest['evaluations']>[number];
export type ManifestTag = Manifest['tags'][number];
export type ManifestAlias = Manifest['aliases'][number];
export type ManifestAliasChange = Manifest['aliasHistory'][number];
