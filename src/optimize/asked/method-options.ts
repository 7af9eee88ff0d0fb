import { z } from 'zod';
import {
  OPTIMIZATION_STEPS,
  type OptimizationMethod,
  type OptimizationStepMethod,
} from '../../catalog/index.js';
import { DomainError } from '../../platform/errors.js';
import type { JsonObject } from '../../platform/events/index.js';

const share = z.number().gt(0).lt(1);
const choice = z.boolean().exactOptional();
const weightsOnly = z.strictObject({
  /** Weights that share a scale. */
  blockSize: z.literal([16, 32, 64, 128, 256]).exactOptional(),
  symmetric: choice,
  /** INT8: activations are rounded as well while a product is computed. */
  compute: z.enum(['FP32', 'INT8']).exactOptional(),
});

const steps = {
  INT8_DYNAMIC: z.strictObject({ perChannel: choice, reduceRange: choice }),
  INT8_STATIC: z.strictObject({
    calibration: z.enum(['MIN_MAX', 'ENTROPY', 'PERCENTILE']).exactOptional(),
    percentile: z.number().gt(50).lte(100).exactOptional(),
    perChannel: choice,
    format: z.enum(['QDQ', 'QOPERATOR']).exactOptional(),
    activations: z.enum(['UINT8', 'INT8']).exactOptional(),
    reduceRange: choice,
    /** Beyond it nodes are left out: root mean square of the departure by the standard deviation of the answers. */
    maxDamage: z.number().gt(0).exactOptional(),
  }),
  FP16: z.strictObject({}),
  WEIGHTS_INT8: weightsOnly,
  WEIGHTS_INT4: weightsOnly,
  PRUNE_MAGNITUDE: z.strictObject({
    sparsity: share.exactOptional(),
    criterion: z.enum(['EFFECT', 'NORM']).exactOptional(),
    scope: z.enum(['LAYER', 'MODEL']).exactOptional(),
    storage: z.enum(['SPARSE', 'DENSE']).exactOptional(),
  }),
  PRUNE_STRUCTURED: z.strictObject({
    ratio: z.number().min(0).lt(1).exactOptional(),
    criterion: z.enum(['EFFECT', 'NORM']).exactOptional(),
    repair: choice,
    /** Of trees. */
    maxDepth: z.int().min(1).max(100).exactOptional(),
  }),
  DISTILL: z.strictObject({
    student: z.enum(['GRADIENT_BOOSTING', 'DENSE', 'LINEAR']).exactOptional(),
    trees: z.int().min(1).max(2_000).exactOptional(),
    depth: z.int().min(1).max(30).exactOptional(),
    learningRate: z.number().gt(0).lte(1).exactOptional(),
    hidden: z.array(z.int().min(1).max(4_096)).min(1).max(8).exactOptional(),
    alpha: z.number().min(0).exactOptional(),
    epochs: z.int().min(1).max(10_000).exactOptional(),
    /** Rows made up between neighbours of the sample, beside the sample itself. */
    generated: z.int().min(0).max(20_000).exactOptional(),
  }),
} satisfies Record<OptimizationStepMethod, z.ZodType>;

const options = {
  ...steps,
  AUTO: z.strictObject({
    /** What is tried; all that apply when left out. */
    methods: z.array(z.enum(OPTIMIZATION_STEPS)).min(1).exactOptional(),
  }),
} satisfies Record<OptimizationMethod, z.ZodType>;

export type AutoOptions = z.output<(typeof options)['AUTO']>;

/** @throws DomainError INVALID_ARGUMENT, naming what the method has */
export function checkedOptions(method: OptimizationMethod, given: unknown): JsonObject {
  const parsed = options[method].safeParse(given ?? {});
  if (parsed.success) return parsed.data;
  const [first] = parsed.error.issues;
  const path = (first?.path ?? []).map(String);
  const known = Object.keys(options[method].shape);
  throw new DomainError(
    'INVALID_ARGUMENT',
    `Options of ${method}${path.length > 0 ? ` at ${path.join('.')}` : ''}: ${first?.message ?? 'not what was expected'}. ${known.length > 0 ? `It has ${known.join(', ')}.` : 'It has none.'}`,
    { field: ['options', ...path] },
  );
}
