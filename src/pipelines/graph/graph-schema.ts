import { z } from 'zod';
import { similarNames } from '../../platform/similar-names.js';
import { FIELDS } from '../fields/index.js';
import type { FieldDefinition, StepDefinition } from '../language/index.js';
import { domain, output, tensor, unit } from '../pipeline-schema.js';
import { STEPS } from '../steps/index.js';

/**
 * The declared form of a pipeline, format 2: named fields of an instance, an acyclic graph of named steps over them, and
 * which of these fill the graph's inputs. What single steps and kinds of fields take is theirs to say.
 */

const name = z.string().trim().min(1).max(200);
const description = z
  .string()
  .trim()
  .min(1)
  .max(2000)
  .exactOptional()
  .describe('For whoever asks the model.');

const missing = z
  .union(
    [
      z.strictObject({ use: z.unknown().describe('What stands in, written as a caller would.') }),
      z.strictObject({ as: z.literal('nan').describe('A number that is not there is NaN for the graph.') }),
    ],
    'expected {"use": value} or {"as": "nan"}',
  )
  .exactOptional()
  .describe('What an instance gets that leaves the field out; without it that is an error.');

function fieldSchema({ kind, summary, settings }: FieldDefinition) {
  return z.strictObject({ kind: z.literal(kind), description, missing, ...settings.shape }).describe(summary);
}

const of = z
  .union([name, z.array(name).min(1).max(1000)], 'expected the name of a field or a step, or a list of them')
  .describe('Names of fields or steps whose values it takes.');

function stepSchema({ name: step, summary, parameters }: StepDefinition) {
  return z.strictObject({ step: z.literal(step), of, ...parameters.shape }).describe(summary);
}

function resultStepSchema({ name: step, summary, parameters }: StepDefinition) {
  return z.strictObject({ step: z.literal(step), ...parameters.shape }).describe(summary);
}

type Options = readonly [z.core.$ZodTypeDiscriminable, ...z.core.$ZodTypeDiscriminable[]];

/** One of several by `key`; another name is refused with the nearest. */
function oneOf(
  key: 'kind' | 'step',
  what: string,
  options: readonly z.ZodObject[],
  names: readonly string[],
) {
  return z.discriminatedUnion(key, options as unknown as Options, {
    error: (issue) => {
      const given = (issue.input as Record<string, unknown> | null | undefined)?.[key];
      if (typeof given !== 'string') return undefined;
      const near = similarNames(given, names);
      const nearest =
        near.length === 0 ? `there are ${names.join(', ')}` : `the nearest are ${near.join(', ')}`;
      return `no ${what} of this name; ${nearest}`;
    },
  });
}

const stepNames = STEPS.map(({ name: step }) => step);
const answering = STEPS.filter(({ molecule, takes }) => molecule === undefined && takes.includes('numbers'));

export const graphSchema = z.strictObject({
  format: z.literal(2),
  instance: z
    .record(
      name,
      oneOf(
        'kind',
        'kind of field',
        FIELDS.map(fieldSchema),
        FIELDS.map(({ kind }) => kind),
      ),
    )
    .describe('Fields of an instance, by name.'),
  steps: z
    .record(name, oneOf('step', 'step', STEPS.map(stepSchema), stepNames))
    .default({})
    .describe('Steps by name; each takes fields or other steps.'),
  inputs: z
    .record(
      z.string(),
      z.strictObject({
        ...tensor,
        of: name.describe('The field or the step that fills the tensor.'),
        unit: z
          .union([unit, z.array(unit).min(1)], 'expected a unit, or a list with one for each column')
          .exactOptional()
          .describe('Of what the graph receives; left out where the step says it.'),
        description,
      }),
    )
    .describe("The graph's inputs."),
  outputs: z.record(z.string(), output).describe("What the graph's outputs mean."),
  result: z
    .record(
      z.string().min(1).max(64),
      z.strictObject({
        output: z
          .union([z.string().min(1), z.array(z.string().min(1)).min(1).max(100)])
          .describe('An output, or several that the first step joins.'),
        unit: unit.exactOptional(),
        description,
        columns: output.shape.columns,
        classes: output.shape.classes,
        steps: z
          .array(
            oneOf(
              'step',
              'step',
              answering.map(resultStepSchema),
              answering.map(({ name: step }) => step),
            ),
          )
          .default([]),
      }),
    )
    .exactOptional()
    .describe('What `predict` answers, by name; left out, every output as it is.'),
  domain: domain.exactOptional(),
});

export type MissingRule = { readonly use: unknown } | { readonly as: 'nan' };

/** A field as a pipeline declares it; what else it has is its kind's. */
export interface DeclaredField {
  readonly kind: string;
  readonly description?: string;
  readonly missing?: MissingRule;
  readonly [setting: string]: unknown;
}

/** A step as a pipeline declares it; what else it has are its parameters. */
export interface DeclaredStep {
  readonly step: string;
  readonly of: string | readonly string[];
  readonly [parameter: string]: unknown;
}

export type ResultStep = Omit<DeclaredStep, 'of'> & { readonly step: string };

type Parsed = z.output<typeof graphSchema>;

/** A pipeline of format 2, every default written out. */
export type DeclaredGraph = Omit<Parsed, 'instance' | 'steps' | 'result'> & {
  readonly instance: Readonly<Record<string, DeclaredField>>;
  readonly steps: Readonly<Record<string, DeclaredStep>>;
  readonly result?: Readonly<
    Record<
      string,
      Omit<NonNullable<Parsed['result']>[string], 'steps'> & { readonly steps: readonly ResultStep[] }
    >
  >;
};
export type DeclaredGraphInput = Parsed['inputs'][string];
export type DeclaredGraphResult = NonNullable<DeclaredGraph['result']>[string];
