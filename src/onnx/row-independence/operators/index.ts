import type { Operator, Operators, Rule } from '../step.js';
import { attending } from './attention.js';
import { bodies } from './bodies.js';
import { elementwise } from './elementwise.js';
import { gathering } from './gathering.js';
import { learned } from './learned.js';
import { normalising } from './normalising.js';
import { products } from './products.js';
import { quantised } from './quantised.js';
import { recurrence } from './recurrent.js';
import { reducing } from './reducing.js';
import { reshaping } from './reshaping.js';
import { sizes } from './sizes.js';
import { slicing } from './slicing.js';
import { texts } from './texts.js';
import { windows } from './windows.js';

const families: readonly Operators[] = [
  elementwise,
  reshaping,
  sizes,
  slicing,
  gathering,
  reducing,
  products,
  windows,
  normalising,
  quantised,
  recurrence,
  learned,
  texts,
  attending,
  bodies,
];

const known = new Map<string, Operator | Rule>(families.flatMap((family) => Object.entries(family)));

/** Named as in `Relu` and `com.microsoft.FastGelu`. */
export function findOperator(domain: string, operator: string): Operator | undefined {
  const found = known.get(domain === '' ? operator : `${domain}.${operator}`);
  return typeof found === 'function' ? { rule: found } : found;
}
