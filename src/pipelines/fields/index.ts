import type { FieldDefinition } from '../language/index.js';
import { molecule } from './molecules/molecule.js';
import { nuclide } from './physics/nuclide.js';
import { particles } from './physics/particles.js';
import { boolean } from './record/boolean.js';
import { integer } from './record/integer.js';
import { number } from './record/number.js';
import { tensor } from './record/tensor.js';
import { text } from './record/text.js';

/** Every kind a field of an instance may have, in the order in which docs/pipelines.md lists them. */
export const FIELDS: readonly FieldDefinition[] = [
  number,
  integer,
  boolean,
  text,
  molecule,
  nuclide,
  particles,
  tensor,
];

const byKind = new Map<string, FieldDefinition>(FIELDS.map((field) => [field.kind, field]));

/** @throws Error for a kind that no checked pipeline has */
export function fieldOf(kind: string): FieldDefinition {
  const field = byKind.get(kind);
  if (field === undefined) throw new Error(`There is no kind of field "${kind}"`);
  return field;
}
