import { z } from 'zod';
import { conversionSchema } from '../catalog/index.js';
import { DATA_TYPES } from '../tensors/index.js';

/** What a converter says, a JSON object a line. */

const file = z.string().regex(/^[\w.-]+$/);
const tensor = z.object({
  name: z.string(),
  datatype: z.enum(DATA_TYPES),
  shape: z.array(z.int().min(0)),
  /** In the folder of the output: row-major little-endian bytes. */
  file,
});
export type ConverterTensor = z.output<typeof tensor>;

const { converter, tools, network, packages, platform, runtime, about, warnings, proof } =
  conversionSchema.shape;

/** What a conversion ends in. */
export const converterResult = z.object({
  type: z.literal('result'),
  /** In the folder of the output. */
  model: file,
  about,
  converter,
  tools,
  network,
  packages,
  platform,
  runtime,
  warnings,
  proof: z.object({
    sample: proof.shape.sample,
    tolerance: proof.shape.tolerance,
    outputs: proof.shape.converter,
  }),
  inputs: z.array(tensor),
  expected: z.array(
    tensor.extend({
      /** Of a label: rows in which two classes score alike, so that either may be named. */
      tied: z.array(z.int().min(0)).nullable(),
    }),
  ),
});
export type ConverterResult = z.output<typeof converterResult>;

/** What is said on the way, whatever is done. */
export const converterMessage = z.discriminatedUnion('type', [
  z.object({ type: z.literal('progress'), done: z.number(), total: z.number(), step: z.string() }),
  z.object({ type: z.literal('log'), message: z.string() }),
  z.object({ type: z.literal('error'), code: z.string(), message: z.string() }),
]);
export type ConverterMessage = z.output<typeof converterMessage>;
