import {
  decodeTensor,
  requiredInputs,
  type Signature,
  type Tensor,
  type TensorSpec,
} from '../../tensors/index.js';
import { type RowProof } from '../../onnx/index.js';

/** How a set of random requests is made up. */
export interface Recipe {
  /** Size of every variable dimension but the first. */
  readonly size: number;
  /** Integers, inclusive; never 0 but where the graph looks them up, since an integer divided by 0 ends the process that divides. */
  readonly integers: readonly [number, number];
  /** A float for one place of one row. */
  float(row: number, random: () => number): number;
  /** Whether every row is like the first. */
  readonly equalRows?: boolean;
}

const between = (from: number, to: number) => (_: number, random: () => number) => from + random() * (to - from); // prettier-ignore
const USUAL: Recipe = { size: 1, float: between(-1, 1), integers: [1, 4] };
/** More than this is not made up for a trial. */
const MAX_ELEMENTS = 4_000_000;

/** Values as most models know them; few and positive ones, for small tables and logarithms; larger dimensions, for windows. */
export function usualRecipes(signature: Signature): Recipe[] {
  const inputs = requiredInputs(signature);
  const varies = inputs.some(({ shape }) => shape.slice(1).includes(-1));
  const hasIntegers = inputs.some(({ datatype }) => /^U?INT/.test(datatype));
  return [
    USUAL,
    { ...USUAL, float: between(0.1, 1), integers: [1, 2] },
    ...(varies ? [16, 224].map((size) => ({ ...USUAL, size })) : []),
    ...(hasIntegers ? [{ ...USUAL, integers: [0, 1] } as const] : []),
  ];
}

/** Rows whose neighbours are nothing like them: what lets rows meet only beyond some value, or far apart, shows itself. */
export function extremeRecipes(size: number): Recipe[] {
  const recipe = { ...USUAL, size };
  return [
    // Some far above the others, some far below.
    {
      ...recipe,
      float: (row, random) => (row % 2 === 0 ? between(-1, 1)(row, random) : row % 4 === 1 ? 1e4 : -1e4),
    },
    { ...recipe, float: (row, random) => between(-1, 1)(row, random) * (row === 2 ? 1_000 : 1) },
    { ...recipe, float: between(-500, 500) },
    { ...recipe, float: (row, random) => (row % 2 === 0 ? 0 : between(-1, 1)(row, random)) },
    { ...recipe, equalRows: true },
  ];
}

/** Requests of the given numbers of rows; null when they would be too large. */
export function madeUpRequests(
  signature: Signature,
  tables: RowProof['tables'],
  rows: readonly number[],
  recipe: Recipe,
  random: () => number,
): Tensor[][] | null {
  // Optional inputs are left out: what is shown holds for their defaults, and a request that brings one runs alone.
  const inputs = requiredInputs(signature);
  const total = rows.reduce((sum, count) => sum + count, 0);
  const largest = Math.max(...inputs.map((spec) => elementsOf(concreteShape(spec, total, recipe))));
  if (largest > MAX_ELEMENTS) return null;
  let before = 0;
  return rows.map((count) => {
    const tensors = inputs.map((spec) => randomTensor(spec, { before, count, lines: tables[spec.name] }, recipe, random)); // prettier-ignore
    before += count;
    return tensors;
  });
}

function randomTensor(
  spec: TensorSpec,
  {
    before,
    count,
    lines,
  }: { readonly before: number; readonly count: number; readonly lines?: number | undefined },
  recipe: Recipe,
  random: () => number,
): Tensor {
  const shape = concreteShape(spec, count, recipe);
  const length = elementsOf(shape) / Math.max(1, count);
  const data: unknown[] = [];
  for (let row = 0; row < count; row += 1) {
    // The same for every row, whichever request it is in.
    const own = recipe.equalRows === true ? generatorOf(spec.name) : random;
    for (let index = 0; index < length; index += 1)
      data.push(valueOf(spec, lines, recipe, before + row, own));
  }
  return decodeTensor({ name: spec.name, datatype: spec.datatype, shape, data });
}

function valueOf(
  { datatype }: TensorSpec,
  lines: number | undefined,
  recipe: Recipe,
  row: number,
  random: () => number,
): unknown {
  // Anywhere in the table, its ends included; the first line only where there is no other.
  const [least, greatest] = lines === undefined ? recipe.integers : [Math.min(1, lines - 1), lines - 1];
  const integer = least + Math.floor(random() * (greatest - least + 1));
  if (datatype === 'BOOL') return random() < 0.5;
  // Numerals are text to a graph that compares or encodes, and can be cast by one that calculates.
  if (datatype === 'BYTES') return String(integer);
  if (!datatype.startsWith('FP') || lines !== undefined) return integer;
  return recipe.float(row, random);
}

function concreteShape({ shape }: TensorSpec, rows: number, { size }: Recipe): number[] {
  return shape.map((dimension, axis) => (axis === 0 ? rows : dimension === -1 ? size : dimension));
}

function elementsOf(shape: readonly number[]): number {
  return shape.reduce((product, dimension) => product * dimension, 1);
}

function generatorOf(name: string): () => number {
  let seed = 0x5245544f;
  for (const character of name) seed = Math.imul(seed, 31) + (character.codePointAt(0) ?? 0);
  return generator(seed);
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
