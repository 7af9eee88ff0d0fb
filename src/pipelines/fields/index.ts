import type { FieldDefinition } from '../language/index.js';
import { image } from './images/image.js';
import { composition } from './materials/composition.js';
import { element } from './materials/element.js';
import { structure } from './materials/structure.js';
import { molecule } from './molecules/molecule.js';
import { nuclide } from './physics/nuclide.js';
import { particles } from './physics/particles.js';
import { boolean } from './record/boolean.js';
import { category } from './record/category.js';
import { date } from './record/date.js';
import { integer } from './record/integer.js';
import { number } from './record/number.js';
import { tensor } from './record/tensor.js';
import { text } from './record/text.js';
import { series } from './signals/series.js';
import { spectrum } from './signals/spectrum.js';

/** Every kind a field of an instance may have, in the order in which docs/pipelines.md lists them. */
export const FIELDS: readonly FieldDefinition[] = [
  number,
  integer,
  boolean,
  category,
  text,
  date,
  molecule,
  nuclide,
  particles,
  element,
  composition,
  structure,
  spectrum,
  series,
  image,
  tensor,
];

const byKind = new Map<string, FieldDefinition>(FIELDS.map((field) => [field.kind, field]));

/** @throws Error for a kind that no checked pipeline has */
export function fieldOf(kind: string): FieldDefinition {
  const field = byKind.get(kind);
  if (field === undefined) throw new Error(`There is no kind of field "${kind}"`);
  return field;
}
