import { broadcastRules } from './broadcast.js';
import { elementwiseRules } from './elementwise.js';
import { normalisationRules } from './normalisation.js';
import { productRules } from './products.js';
import type { Rule } from './rule.js';
import { shapeRules } from './shapes.js';

/** By operator of the default domain. */
export const gradientRules: Readonly<Record<string, Rule | undefined>> = {
  ...elementwiseRules,
  ...broadcastRules,
  ...productRules,
  ...normalisationRules,
  ...shapeRules,
};

/** Operators whose results do not move with their inputs, except where they jump: their gradient is 0. */
export const FLAT: ReadonlySet<string> = new Set([
  'Shape', 'Size', 'ConstantOfShape', 'Greater', 'GreaterOrEqual', 'Less', 'LessOrEqual', 'Equal', 'Not', 'And', 'Or', 'Xor',
  'ArgMax', 'ArgMin', 'Floor', 'Ceil', 'Round', 'Sign', 'IsNaN', 'IsInf', 'NonZero',
]); // prettier-ignore
