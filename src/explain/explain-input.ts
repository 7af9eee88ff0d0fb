import { z } from 'zod';
import { DomainError } from '../platform/errors.js';
import type { JsonObject } from '../platform/events/index.js';
import { EXPLANATION_FEATURES } from './explanation.js';
import { LIME_DEFAULTS, LIME_DISTANCES, LIME_MODELS } from './lime/lime.js';
import { EXPLANATION_METHODS } from './methods/explanation-method.js';

export const MAX_INSTANCES = 1_000;
const MAX_BACKGROUND = 1_000;
const optional = <T extends z.ZodType>(type: T) => type.nullish().transform((value) => value ?? null);

const schema = z.object({
  deployment: optional(z.string()),
  version: optional(z.string()),
  instances: z.array(z.json()).min(1).max(MAX_INSTANCES),
  method: z
    .enum(EXPLANATION_METHODS)
    .nullish()
    .transform((value) => value ?? 'AUTO'),
  features: z
    .enum(EXPLANATION_FEATURES)
    .nullish()
    .transform((value) => value ?? 'AUTO'),
  target: optional(z.string().min(1).max(1_000)),
  background: optional(
    z
      .object({
        instances: optional(z.array(z.json()).min(1).max(MAX_BACKGROUND)),
        attachment: optional(z.boolean()),
        recorded: optional(
          z.object({
            deployment: z.string(),
            take: z
              .int()
              .min(1)
              .max(MAX_BACKGROUND)
              .nullish()
              .transform((value) => value ?? 100),
          }),
        ),
        rows: optional(z.int().min(1).max(MAX_BACKGROUND)),
      })
      .refine(
        ({ instances, attachment, recorded }) =>
          [instances !== null, attachment === true, recorded !== null].filter(Boolean).length <= 1,
        'expected at most one of instances, attachment and recorded',
      ),
  ),
  baseline: optional(z.json()),
  groups: optional(
    z
      .array(z.array(z.string().max(1_000)).max(10_000))
      .min(1)
      .max(10_000),
  ),
  window: optional(z.array(z.int().min(1)).min(1).max(4)),
  stride: optional(z.array(z.int().min(1)).min(1).max(4)),
  lime: z
    .object({
      samples: z
        .int()
        .min(10)
        .max(100_000)
        .nullish()
        .transform((value) => value ?? LIME_DEFAULTS.samples),
      kernelWidth: optional(z.number().positive().max(1e6)),
      distance: z
        .enum(LIME_DISTANCES)
        .nullish()
        .transform((value) => value ?? LIME_DEFAULTS.distance),
      model: z
        .enum(LIME_MODELS)
        .nullish()
        .transform((value) => value ?? LIME_DEFAULTS.model),
      alpha: z
        .number()
        .positive()
        .max(1e9)
        .nullish()
        .transform((value) => value ?? LIME_DEFAULTS.alpha),
    })
    .nullish()
    .transform((value) => value ?? LIME_DEFAULTS),
  budget: z
    .object({
      rows: optional(z.int().min(1).max(1_000_000_000)),
      seconds: optional(z.number().positive().max(86_400)),
    })
    .nullish()
    .transform((value) => value ?? { rows: null, seconds: null }),
  tolerance: z
    .number()
    .min(1e-4)
    .max(1)
    .nullish()
    .transform((value) => value ?? 0.02),
  seed: z
    .int()
    .nullish()
    .transform((value) => value ?? 1),
  asJob: optional(z.boolean()),
  reason: optional(z.string()),
});

/** What is asked of an explanation, every default written out. */
export type ExplainInput = z.infer<typeof schema>;

/** @throws DomainError INVALID_ARGUMENT naming the field */
export function explainInput(given: unknown): ExplainInput {
  const parsed = schema.safeParse(given);
  if (parsed.success) return checked(parsed.data);
  const [issue] = parsed.error.issues;
  const path = issue?.path.map(String) ?? [];
  throw new DomainError(
    'INVALID_ARGUMENT',
    `${path.join('.') || 'input'}: ${lowerFirst(issue?.message ?? 'not understood')}.`,
    {
      field: path,
    },
  );
}

function checked(input: ExplainInput): ExplainInput {
  if (input.baseline !== null && input.background !== null)
    throw new DomainError(
      'INVALID_ARGUMENT',
      'Expected background (several rows that absent quantities are drawn from) or baseline (one that takes their place), got both.',
      { field: ['baseline'] },
    );
  return input;
}

/** As a job keeps it. */
export function inputAsJson(input: ExplainInput): JsonObject {
  return input as unknown as JsonObject;
}

function lowerFirst(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1);
}
