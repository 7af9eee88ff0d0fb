import { z } from 'zod';
import { DomainError } from '../../platform/errors.js';
import type { AttachmentRole } from './attachment-role.js';

const name = z.string().trim().min(1).max(200);
const result = name.exactOptional();

/** How hard a row is, which makes intervals wide where the model is weak and narrow where it is strong. */
const difficulty = z.union(
  [
    /** By the mean distance to the nearest training rows. */
    z.literal('NEAREST'),
    /** By another result of the pipeline, such as the spread of an ensemble; in the file, by a column of it. */
    z.strictObject({ result: name, column: name.exactOptional() }),
  ],
  'expected "NEAREST", or {"result": …, "column": …} with a result of the pipeline that says how unsure it is',
);

const probabilities = z.strictObject({
  /** The result that gives each class its probability. */
  result,
  /** The file's columns of them, by class; without, the model is asked. */
  columns: z.record(name, name).exactOptional(),
});

const byRole = {
  TRAINING: z.strictObject({
    /** Which result the target is of; the first when left out. */
    result,
    /** The share of its own rows that the limits of distance and similarity let in. */
    coverage: z.number().min(0.5).max(1).exactOptional(),
    /** How many neighbours a distance is the mean over. */
    neighbours: z.int().min(1).max(50).exactOptional(),
  }),
  CALIBRATION: z.strictObject({
    result,
    difficulty: difficulty.exactOptional(),
    probabilities: probabilities.exactOptional(),
  }),
  REFERENCE: z.strictObject({ result, name: name.exactOptional() }),
  BACKGROUND: z.strictObject({}),
  TOKENIZER: z.strictObject({ name: name.exactOptional() }),
  SOURCE: z.strictObject({ name: name.exactOptional() }),
} satisfies Record<AttachmentRole, z.ZodType>;

/** What its role makes of an attachment; every part may be left out. */
export interface AttachmentOptions {
  readonly result?: string;
  readonly coverage?: number;
  readonly neighbours?: number;
  readonly difficulty?: 'NEAREST' | { readonly result: string; readonly column?: string };
  readonly probabilities?: {
    readonly result?: string;
    readonly columns?: Readonly<Record<string, string>>;
  };
  readonly name?: string;
}

/** @throws DomainError INVALID_ARGUMENT naming what is wrong */
export function checkOptions(
  role: AttachmentRole,
  options: unknown,
  field: readonly string[],
): AttachmentOptions {
  const parsed = byRole[role].safeParse(options ?? {});
  if (parsed.success) return parsed.data;
  const [first] = parsed.error.issues;
  const path = (first?.path ?? []).map(String);
  const known = Object.keys(byRole[role].shape);
  throw new DomainError(
    'INVALID_ARGUMENT',
    `Options of ${role} data${path.length > 0 ? ` at ${path.join('.')}` : ''}: ${first?.message ?? 'not what was expected'}. ${known.length > 0 ? `It has ${known.join(', ')}.` : 'It has none.'}`,
    { field: [...field, ...path] },
  );
}
