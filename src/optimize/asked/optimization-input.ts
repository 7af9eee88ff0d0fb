import { z } from 'zod';
import {
  ATTACHMENT_ROLES,
  OPTIMIZATION_METHODS,
  optimizationSchema,
  type VersionRecord,
} from '../../catalog/index.js';
import { FILE_FORMATS } from '../../datafiles/index.js';
import { DomainError } from '../../platform/errors.js';

/** Of a sample that is read: more take longer and tell little. */
export const MOST_ROWS = 5_000;
const USUAL_ROWS = 1_000;

const file = z.strictObject({
  artifact: z.string(),
  format: z.enum(FILE_FORMATS),
  columns: z.record(z.string(), z.string()),
  target: z.string().nullable(),
  predicted: z.string().nullable(),
});
const source = z.union([
  z.strictObject({ file }),
  z.strictObject({ attachment: z.enum(ATTACHMENT_ROLES) }),
  z.strictObject({ examples: z.literal(true) }),
  z.strictObject({ recorded: z.strictObject({ deployment: z.string() }) }),
  z.strictObject({ instances: z.array(z.json()) }),
]);
/** Where rows come from, and how many are taken of them. */
const sample = z.strictObject({ source, rows: z.int() });
export type SampleWish = z.output<typeof sample>;
export type FileWish = z.output<typeof file>;

/** What an optimisation is asked for, in values that mean the same later: the input of its job. */
export const optimizationInput = z.object({
  version: z.string(),
  digest: z.string(),
  model: z.string(),
  method: z.enum(OPTIMIZATION_METHODS),
  options: z.record(z.string(), z.json()),
  budget: optimizationSchema.shape.budget,
  sample,
  /** On which is measured; null: on a part of the sample that is held out. */
  measure: sample.nullable(),
  seed: z.int(),
  /** Of the sample's file, which is kept for the job. */
  artifact: z.string().nullable(),
});
export type OptimizationInput = z.output<typeof optimizationInput>;

const WAYS = ['file', 'attachment', 'examples', 'recorded', 'instances'] as const;
const TRAINED_ON = ['TRAINING', 'BACKGROUND', 'REFERENCE', 'CALIBRATION'] as const;

/**
 * What of a version's own data, or of the caller's, is asked. Left out, the first attachment with rows.
 *
 * @throws DomainError INVALID_ARGUMENT
 */
export function checkedSample(given: unknown, version: VersionRecord, field = 'sample'): SampleWish {
  const asked = (given ?? {}) as Record<string, unknown>;
  const rows = asked.rows ?? USUAL_ROWS;
  if (typeof rows !== 'number' || !Number.isInteger(rows) || rows < 1 || rows > MOST_ROWS)
    throw invalid(`${field}.rows: expected 1 to ${MOST_ROWS} rows, got ${JSON.stringify(rows)}.`, [
      field,
      'rows',
    ]);
  const said = WAYS.filter((way) => asked[way] !== undefined && asked[way] !== null && asked[way] !== false);
  if (said.length > 1)
    throw invalid(`${field}: expected one of ${WAYS.join(', ')}, got ${said.join(' and ')}.`, [field]);
  return { source: sourceOf(said[0] ?? null, asked, version, field), rows };
}

function sourceOf(
  way: (typeof WAYS)[number] | null,
  asked: Record<string, unknown>,
  version: VersionRecord,
  field: string,
): SampleWish['source'] {
  switch (way) {
    case 'file': {
      const { columns, target = null, predicted = null, ...rest } = asked.file as Record<string, unknown>;
      const parsed = file.safeParse({ ...rest, columns: columns ?? {}, target, predicted });
      if (parsed.success) return { file: parsed.data };
      const [first] = parsed.error.issues;
      throw invalid(`${field}.file: ${first?.message ?? 'not what was expected'}.`, [
        field,
        'file',
        ...(first?.path ?? []).map(String),
      ]);
    }
    case 'attachment': {
      const role = asked.attachment as (typeof ATTACHMENT_ROLES)[number];
      if (version.attachments.some((each) => each.role === role && each.format !== null))
        return { attachment: role };
      throw invalid(
        `${field}.attachment: ${version.ref} has no ${role} file with rows. ${ownData(version)}`,
        [field, 'attachment'],
      );
    }
    case 'examples':
      return { examples: true };
    case 'recorded':
      return { recorded: { deployment: String((asked.recorded as { deployment?: unknown }).deployment) } };
    case 'instances':
      return { instances: asked.instances as z.output<ReturnType<typeof z.json>>[] };
    case null: {
      const role = TRAINED_ON.find((each) => version.attachments.some((other) => other.role === each));
      if (role !== undefined) return { attachment: role };
      throw invalid(
        `Expected a ${field}: ${WAYS.join(', ')}. ${version.ref} has no data of its own that could stand in for it.`,
        [field],
      );
    }
  }
}

function ownData({ attachments }: VersionRecord): string {
  const roles = attachments.filter(({ format }) => format !== null).map(({ role }) => role);
  return roles.length === 0
    ? 'It has none at all: send a file to POST /files.'
    : `It has ${roles.join(', ')}.`;
}

function invalid(message: string, field: readonly string[]): DomainError {
  return new DomainError('INVALID_ARGUMENT', message, { field });
}
