import { z } from 'zod';

/** What models can be converted from. */
export const MODEL_FORMATS = [
  'SKLEARN',
  'XGBOOST',
  'LIGHTGBM',
  'CATBOOST',
  'SAVED_MODEL',
  'KERAS',
  'TFLITE',
  'TORCH_EXPORT',
  'TORCHSCRIPT',
  'MXNET',
] as const;
export type ModelFormat = (typeof MODEL_FORMATS)[number];

const text = z.string().max(2_000);
const name = z.string().min(1).max(500);
const software = z.strictObject({ name, version: text });
const distance = z.number().min(0).nullable();

/** How far one output lies from what the model itself answers, over all elements. */
const outputDifference = z.strictObject({
  name,
  elements: z.int().min(0),
  /** Absolute, of finite numbers; null for text and whole numbers, which have to be equal. */
  largest: distance,
  mean: distance,
  /** Relative to the model's own value, or to the mean size of the output where that is larger. */
  largestRelative: distance,
  /** Elements that are further away than the tolerance lets them. */
  differing: z.int().min(0),
});
export type OutputDifference = z.output<typeof outputDifference>;

const proof = z.strictObject({
  sample: z.strictObject({
    source: z.enum(['GIVEN', 'GENERATED']),
    rows: z.int().min(1),
    /** Of generated ones. */
    seed: z.int().nullable(),
  }),
  /** Relative. */
  tolerance: z.number().min(0),
  /** By the runtime of the converter, right after the conversion. */
  converter: z.array(outputDifference),
  /** By the server's own runtime, of the graph as it is served. */
  server: z.array(outputDifference),
});

/** How a version came of a model in another form, as `Version.conversion` tells it and archives carry it. */
export const conversionSchema = z.strictObject({
  format: z.enum(MODEL_FORMATS),
  /** What the converter found, in words. */
  about: text,
  /** The model as it was sent: attached to the version with the role SOURCE. */
  source: z.strictObject({ digest: z.string().regex(/^sha256:[0-9a-f]{64}$/), size: z.int().min(1) }),
  /** Of a model with several signatures: the one that was converted. */
  signature: z.string().max(500).nullable(),
  converter: software,
  /** What did the work, the most important first. */
  tools: z.array(software).max(50),
  /** Such as `Python 3.11.7`. */
  runtime: text,
  platform: text,
  /** Everything in the converter's environment. */
  packages: z.array(software).max(500),
  /** How the converter was kept from the network. */
  network: z.enum(['NAMESPACE', 'SOCKETS_REFUSED']),
  /** What whoever serves the graph should know. */
  warnings: z.array(text).max(50),
  proof,
});
export type ConversionRecord = z.output<typeof conversionSchema>;
export type ConvertedBytes = ConversionRecord['source'];
