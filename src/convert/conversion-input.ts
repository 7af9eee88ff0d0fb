import { z } from 'zod';
import { MODEL_FORMATS, type PublishVersionInput } from '../catalog/index.js';
import { DomainError } from '../platform/errors.js';
import type { JsonObject } from '../platform/events/index.js';
import { DATA_TYPES, decodeTensor, keptTensor, type RawTensor } from '../tensors/index.js';

/** Relative. */
export const DEFAULT_TOLERANCE = 1e-4;
const MAX_ROWS = 1_000;
const MAX_SAMPLE_BYTES = 16 * 1024 ** 2;
const MAX_OPTIONS_BYTES = 256 * 1024;

const kept = z.object({
  name: z.string(),
  datatype: z.enum(DATA_TYPES),
  shape: z.array(z.int().min(0)),
  /** Base64 of the row-major little-endian bytes. */
  data: z.string(),
});

const sample = z.union([
  z.strictObject({ rows: z.array(z.json()) }),
  z.strictObject({ tensors: z.array(kept) }),
  z.strictObject({ generated: z.strictObject({ rows: z.int().nullable(), seed: z.int().nullable() }) }),
]);
export type ConversionSample = z.output<typeof sample>;

/** What a conversion is asked for, in values that mean the same later: the input of its job. */
export const conversionInput = z.object({
  model: z.string(),
  artifact: z.string(),
  format: z.enum(MODEL_FORMATS),
  signature: z.string().nullable(),
  sample,
  options: z.record(z.string(), z.json()),
  tolerance: z.number(),
  trustPickle: z.boolean(),
  /** What is said of the version, as `publishVersion` takes it. */
  publication: z.record(z.string(), z.json()),
});
export type ConversionInput = z.output<typeof conversionInput>;

/** What `publishVersion` takes as well. */
const PUBLICATION = [
  'pipeline',
  'metrics',
  'notes',
  'source',
  'trainingData',
  'environment',
  'derivedFrom',
  'attachments',
  'declareRowsIndependent',
  'discloseTraining',
  'reason',
] as const satisfies readonly (keyof PublishVersionInput)[];

/** What is said of the version beside its bytes. Its values were typed by the schema, and are judged by the catalog. */
export function publicationOf(asked: JsonObject): Omit<PublishVersionInput, 'model' | 'artifact'> {
  return Object.fromEntries(
    PUBLICATION.flatMap((key) =>
      asked[key] === undefined || asked[key] === null ? [] : [[key, asked[key]]],
    ),
  );
}

/** @throws DomainError INVALID_ARGUMENT */
export function checkedTolerance(given: unknown): number {
  if (given === undefined || given === null) return DEFAULT_TOLERANCE;
  if (typeof given === 'number' && given >= 0 && given < 1) return given;
  throw invalid(`Expected a relative tolerance from 0 to 1, such as 1e-4, got ${JSON.stringify(given)}.`, [
    'tolerance',
  ]);
}

/** @throws DomainError INVALID_ARGUMENT */
export function checkedOptions(given: unknown): ConversionInput['options'] {
  if (given === undefined || given === null) return {};
  const options = conversionInput.shape.options.safeParse(given);
  if (!options.success || JSON.stringify(given).length > MAX_OPTIONS_BYTES)
    throw invalid('Expected options as an object of JSON, such as {"floats": "FP64"}.', ['options']);
  return options.data;
}

/** @throws DomainError INVALID_ARGUMENT, INVALID_TENSOR */
export function checkedSample(given: unknown): ConversionSample {
  const asked = (given ?? {}) as {
    readonly rows?: readonly unknown[] | null;
    readonly inputs?: readonly RawTensor[] | null;
    readonly generated?: { readonly rows?: number | null; readonly seed?: number | null } | null;
  };
  const said = (['rows', 'inputs', 'generated'] as const).filter((key) => asked[key] != null);
  if (said.length > 1)
    throw invalid(`Expected one of rows, inputs and generated, got ${said.join(' and ')}.`, ['sample']);
  const made = asked.rows
    ? { rows: checkedRows(asked.rows) }
    : asked.inputs
      ? {
          tensors: asked.inputs.map((raw, index) =>
            keptTensor(decodeTensor(raw, ['sample', 'inputs', String(index)])),
          ),
        }
      : { generated: checkedGenerated(asked.generated ?? {}) };
  if (JSON.stringify(made).length > MAX_SAMPLE_BYTES)
    throw invalid(`Expected a sample of at most ${MAX_SAMPLE_BYTES} bytes: take fewer rows.`, ['sample']);
  return sample.parse(made);
}

function checkedRows(rows: readonly unknown[]): readonly unknown[] {
  if (rows.length >= 1 && rows.length <= MAX_ROWS) return rows;
  throw invalid(`Expected 1 to ${MAX_ROWS} rows in a sample, got ${rows.length}.`, ['sample', 'rows']);
}

function checkedGenerated({ rows = null, seed = null }: { rows?: number | null; seed?: number | null }) {
  if (rows !== null && (!Number.isInteger(rows) || rows < 1 || rows > MAX_ROWS))
    throw invalid(`Expected 1 to ${MAX_ROWS} rows in a sample, got ${rows}.`, [
      'sample',
      'generated',
      'rows',
    ]);
  if (seed !== null && (!Number.isInteger(seed) || seed < 0))
    throw invalid(`Expected a seed of 0 or more, got ${seed}.`, ['sample', 'generated', 'seed']);
  return { rows, seed };
}

function invalid(message: string, field: readonly string[]): DomainError {
  return new DomainError('INVALID_ARGUMENT', message, { field });
}
