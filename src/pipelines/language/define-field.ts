import type { z } from 'zod';
import type { DataType } from '../../tensors/index.js';
import type { WarningNote } from '../prediction.js';
import type { ValueKind } from './value-kind.js';

export const FIELD_KINDS = [
  'number',
  'integer',
  'boolean',
  'text',
  'category',
  'date',
  'molecule',
  'nuclide',
  'particles',
  'element',
  'composition',
  'structure',
  'spectrum',
  'series',
  'image',
  'tensor',
] as const;
export type FieldKind = (typeof FIELD_KINDS)[number];

/** A field of an instance as a caller sees it. */
export interface FieldDescription {
  readonly name: string;
  readonly kind: FieldKind;
  /** Of one instance: [] is a scalar, -1 an extent that may differ. */
  readonly shape: readonly number[];
  readonly unit?: string;
  readonly minimum?: number;
  readonly maximum?: number;
  /** Of a tensor's elements. */
  readonly datatype?: DataType;
  /** What a category may be. */
  readonly values?: readonly string[];
  readonly optional: boolean;
  readonly description?: string;
}

/** A number that describes an instance beside what the graph gets: what domain ranges may bound and drift is seen in. */
export interface FieldQuantity {
  readonly name: string;
  readonly unit: string;
  /** Whether callers write it themselves. */
  readonly isField: boolean;
  /** Of one value as `read` gave it; undefined where it is not known. */
  of(value: unknown): number | undefined;
}

/** Reads one value; a number for a scalar, numbers for a vector, an object for the other kinds. */
export type ReadValue = (value: unknown, warn: (warning: WarningNote) => void) => unknown;

export interface FieldDefinition<Schema extends z.ZodObject = z.ZodObject> {
  readonly kind: FieldKind;
  /** One sentence for docs/pipelines.md and for editors: what an instance may have here. */
  readonly summary: string;
  /** Its settings, each with a description. `kind`, `description` and `missing` are added. */
  readonly settings: Schema;
  /** What its values are for steps. @throws StepFault when the settings contradict each other */
  gives(settings: z.output<Schema>): ValueKind;
  /**
   * What reads the values of a field of this name.
   *
   * @returns a function that throws RowError for a value it cannot read
   */
  read(settings: z.output<Schema>, name: string): ReadValue;
  /** How callers see it; several entries where an instance may be the field's own object. */
  describe(settings: z.output<Schema>, name: string): Omit<FieldDescription, 'optional' | 'description'>;
  /** What callers may write in place of the field when an instance has no other: `{"z": 26, "n": 30}`. */
  readonly bare?: (settings: z.output<Schema>) => readonly FieldDescription[];
  readonly quantities?: (settings: z.output<Schema>) => readonly FieldQuantity[];
}

/** Declares a kind of field: typed settings and a reader. One file a kind; fields/index.ts lists them. */
export function defineField<Schema extends z.ZodObject>(
  definition: FieldDefinition<Schema>,
): FieldDefinition {
  return definition;
}
