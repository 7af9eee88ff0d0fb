import { compileResults, type CompiledResult } from '../compiled/compile-results.js';
import type { Pipeline } from '../pipeline.js';

/** A result of `predict` as a caller sees it. */
export interface ResultDescription {
  readonly name: string;
  /** Of each element; `json` for what has a form of its own. */
  readonly kind: 'number' | 'integer' | 'boolean' | 'text' | 'json';
  /** Of one instance: [] is a scalar, -1 an extent that may differ. */
  readonly shape: readonly number[];
  /** Names along the last dimension: the answer is then an object by these names. */
  readonly columns?: readonly string[];
  /** What a label may be. */
  readonly classes?: readonly string[];
  readonly unit?: string;
  readonly description?: string;
}

/** What `predict` answers, in its order. */
export function describeResults(pipeline: Pipeline): readonly ResultDescription[] {
  return compileResults(pipeline).map((result) => ({
    name: result.name,
    kind: kindOf(result),
    shape: shapeOf(result),
    ...(result.columns && { columns: result.columns }),
    ...(result.classes && { classes: Object.values(result.classes) }),
    ...(result.kind.kind === 'text' && result.kind.values && { classes: result.kind.values }),
    ...(result.unit !== null && { unit: result.unit }),
    ...(result.description !== undefined && { description: result.description }),
  }));
}

function kindOf({ kind, classes, runs }: CompiledResult): ResultDescription['kind'] {
  if (classes !== undefined || kind.kind === 'text') return 'text';
  if (kind.kind !== 'numbers') return 'json';
  // Steps work on numbers: a truth value behind one is a number.
  if (kind.holds === 'bits') return runs.length === 0 ? 'boolean' : 'integer';
  return kind.holds === 'whole' ? 'integer' : 'number';
}

/** A list of one, where the graph fixes that, is answered as its element. */
function shapeOf({ kind, columns }: CompiledResult): readonly number[] {
  if (kind.kind !== 'numbers' && kind.kind !== 'text') return [];
  const { shape } = kind;
  return columns === undefined && shape.every((extent) => extent === 1) ? [] : shape;
}
