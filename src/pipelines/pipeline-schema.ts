import { z } from 'zod';
import { DATA_TYPES } from '../tensors/index.js';
import { isDescriptor, unknownDescriptor, type DescriptorName } from './molecules/descriptors.js';

/**
 * The declared form of a pipeline, format 1. docs/pipelines.md explains it with examples.
 *
 * A pipeline says what an instance is, how each input tensor is made from it (a source step, then element by element
 * transforms), what each output tensor means, what the caller gets, and where the model may be trusted.
 */

export const unit = z.string().trim().min(1, 'a unit is needed; "1" says dimensionless').max(64);
const description = z.string().trim().min(1).max(2000).exactOptional();
const finite = z.number();
const perColumn = z.union([finite, z.array(finite).min(1)], 'expected a number, or one for each column');

const descriptorName = z.custom<DescriptorName>((name) => typeof name === 'string' && isDescriptor(name), {
  error: ({ input }) => unknownDescriptor(input),
});

const instance = z.discriminatedUnion('kind', [
  /** A SMILES string, alone or as `{ smiles }`. */
  z.strictObject({
    kind: z.literal('molecule'),
    /** What a molecule of several fragments (a salt, a mixture) gets: a warning, nothing, or an error. */
    fragments: z.enum(['warn', 'accept', 'reject']).default('warn'),
  }),
  /** `{ z, n }`, `{ symbol, a }` or a name such as "Fe-56". */
  z.strictObject({ kind: z.literal('nuclide') }),
  /** `{ positions, box?, cutoff? }`; one run of the graph for each instance. */
  z.strictObject({
    kind: z.literal('particles'),
    /** The largest number of particles in one instance; a pair model's memory grows with its square. */
    maximum: z.int().min(1).max(10_000).default(2000),
  }),
]);

const source = z.discriminatedUnion('step', [
  /** Molecule → one column for each named descriptor, in this order. */
  z.strictObject({
    step: z.literal('descriptors'),
    names: z.array(descriptorName).min(1).max(256),
  }),
  /** Molecule → one column of 0 or 1 for each bit. */
  z.strictObject({
    step: z.literal('fingerprint'),
    type: z.enum(['morgan', 'rdkit', 'atom-pair', 'topological-torsion', 'pattern', 'maccs']),
    /** Of the Morgan environment; only there. */
    radius: z.int().min(0).max(6).exactOptional(),
    /** Length after folding; MACCS keys always have 167. */
    bits: z.int().min(16).max(16_384).exactOptional(),
  }),
  /** A field of the instance as it is: z, n, a of a nuclide; positions, box, cutoff of particles. */
  z.strictObject({
    step: z.literal('field'),
    field: z.string().min(1),
    /** Stands in when the instance leaves an optional field out; without it that is the row's error. */
    absent: finite.exactOptional(),
  }),
]);

const transform = z.discriminatedUnion('step', [
  /** (x − mean) / scale, as scikit-learn's StandardScaler. */
  z.strictObject({ step: z.literal('standardize'), mean: perColumn, scale: perColumn }),
  /** multiply · x + add */
  z.strictObject({ step: z.literal('affine'), multiply: perColumn.default(1), add: perColumn.default(0) }),
  z.strictObject({ step: z.literal('clip'), min: finite.exactOptional(), max: finite.optional() }),
  /** Logarithm to a base. */
  z.strictObject({ step: z.literal('log'), base: z.number().positive().default(Math.E) }),
  /** base to the power of x */
  z.strictObject({ step: z.literal('power'), base: z.number().positive().default(Math.E) }),
]);

// Filled in from the graph; when a caller writes them they must agree with it.
export const tensor = {
  datatype: z.enum(DATA_TYPES).exactOptional(),
  shape: z.array(z.int().min(-1)).optional(),
};

const input = z.strictObject({
  ...tensor,
  /** Of what the graph receives: one for all, or one for each column. */
  unit: z.union(
    [unit, z.array(unit).min(1)],
    'expected a unit such as "g/mol" ("1" says dimensionless), or a list with one for each column',
  ),
  description,
  steps: z.tuple([source], transform),
});

const name = z.string().trim().min(1).max(200);
const naming = {
  /** Names of the places along the last dimension: the answer is then an object by these names. */
  columns: z.array(name).min(1).max(10_000).exactOptional(),
  /** Names of the values of a label: a list from 0 on, or by value. The answer is then the name. */
  classes: z
    .union([z.array(name).min(1).max(10_000), z.record(z.string().min(1).max(200), name)])
    .exactOptional(),
};

export const output = z.strictObject({
  ...tensor,
  /** A label (text, or an output with `classes`) needs none. */
  unit: unit.exactOptional(),
  description,
  ...naming,
});

const result = z.strictObject({
  output: z.string().min(1),
  /** Needed when steps change what the number means; otherwise the output's. */
  unit: unit.exactOptional(),
  description,
  ...naming,
  steps: z.array(transform).default([]),
});

export const domain = z.strictObject({
  /** Where the bounds come from, for the reader of a warning. */
  source: z.string().trim().min(1).max(1000),
  /** Inclusive bounds by quantity: a descriptor; z, n, a, asymmetry, stabilityDistance; particles, density. */
  ranges: z.record(z.string(), z.strictObject({ min: finite.exactOptional(), max: finite.optional() })),
});

export const pipelineSchema = z.strictObject({
  format: z.literal(1),
  instance,
  inputs: z.record(z.string(), input),
  outputs: z.record(z.string(), output),
  /** What `predict` answers, by name; left out, every output as it is. */
  result: z.record(z.string().min(1).max(64), result).exactOptional(),
  domain: domain.exactOptional(),
});

export type DeclaredPipeline = z.output<typeof pipelineSchema>;
export type InstanceKind = DeclaredPipeline['instance']['kind'];
export type SourceStep = z.output<typeof source>;
export type TransformStep = z.output<typeof transform>;
export type Domain = z.output<typeof domain>;
export type DeclaredInput = z.output<typeof input>;
export type DeclaredOutput = z.output<typeof output>;
export type DeclaredResult = z.output<typeof result>;
