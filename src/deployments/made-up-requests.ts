import { decodeTensor, requiredInputs, type Signature, type Tensor, type TensorSpec } from '../onnx/index.js';

/** How a set of random requests is made up. */
export interface Recipe {
  /** Size of every variable dimension but the first. */
  readonly size: number;
  /** Floats lie between these. */
  readonly floats: readonly [number, number];
  /**
   * Integers, inclusive. They are often indices or counts, so small ones are most likely to be taken; never 0 but as a
   * last resort, since an integer divided by 0 ends the process that divides.
   */
  readonly integers: readonly [number, number];
}

const USUAL: Recipe = { size: 1, floats: [-1, 1], integers: [1, 4] };
/** More than this is not made up for a trial. */
const MAX_ELEMENTS = 4_000_000;

/**
 * What to try, one after the other, until a graph takes it and its answers say something: values as most models know
 * them; few and positive ones, for small tables and logarithms; large ones, for thresholds; larger dimensions, for
 * windows and images; and indices from 0, once all others were refused.
 */
export function recipesFor(signature: Signature): {
  readonly first: Recipe[];
  readonly lastResort: Recipe[];
} {
  const inputs = requiredInputs(signature);
  const positive: Recipe = { size: 1, floats: [0.1, 1], integers: [1, 2] };
  const varies = inputs.some(({ shape }) => shape.slice(1).includes(-1));
  const has = (pattern: RegExp) => inputs.some(({ datatype }) => pattern.test(datatype));
  const larger = varies ? [16, 224].map((size) => ({ ...USUAL, size })) : [];
  const smaller = has(/^(FP|U?INT)/) ? [positive] : [];
  const wide = has(/^FP/) ? [{ ...USUAL, floats: [-100, 100] } as const] : [];
  return {
    first: [USUAL, ...smaller, ...wide, ...larger],
    lastResort: has(/^U?INT/) ? [{ ...USUAL, integers: [0, 1] }] : [],
  };
}

/** Requests of the given numbers of rows; null when they would be too large. */
export function madeUpRequests(
  signature: Signature,
  rows: readonly number[],
  recipe: Recipe,
  random: () => number,
): Tensor[][] | null {
  // Optional inputs are left out: what is shown holds for their defaults, and a request that brings one runs alone.
  const inputs = requiredInputs(signature);
  const total = rows.reduce((sum, count) => sum + count, 0);
  const largest = Math.max(...inputs.map((spec) => elementsOf(concreteShape(spec, total, recipe))));
  if (largest > MAX_ELEMENTS) return null;
  return rows.map((count) => inputs.map((spec) => randomTensor(spec, count, recipe, random)));
}

function randomTensor(spec: TensorSpec, rows: number, recipe: Recipe, random: () => number): Tensor {
  const shape = concreteShape(spec, rows, recipe);
  const value = valueOf(spec, recipe, random);
  const data = Array.from({ length: elementsOf(shape) }, value);
  return decodeTensor({ name: spec.name, datatype: spec.datatype, shape, data });
}

function valueOf({ datatype }: TensorSpec, recipe: Recipe, random: () => number): () => unknown {
  const [least, greatest] = recipe.integers;
  const integer = () => least + Math.floor(random() * (greatest - least + 1));
  if (datatype === 'BOOL') return () => random() < 0.5;
  // Numerals are text to a graph that compares or encodes, and can be cast by one that calculates.
  if (datatype === 'BYTES') return () => String(integer());
  if (!datatype.startsWith('FP')) return integer;
  const [from, to] = recipe.floats;
  return () => from + random() * (to - from);
}

function concreteShape({ shape }: TensorSpec, rows: number, { size }: Recipe): number[] {
  return shape.map((dimension, axis) => (axis === 0 ? rows : dimension === -1 ? size : dimension));
}

function elementsOf(shape: readonly number[]): number {
  return shape.reduce((product, dimension) => product * dimension, 1);
}

/** Mulberry32, so that the same model is judged the same way every time. */
export function generator(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
