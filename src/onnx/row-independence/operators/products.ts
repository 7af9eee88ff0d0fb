import { broadcast, common, type Shape } from '../broadcast.js';
import { Extent, type Unknowns } from '../extent.js';
import { ProofEnd } from '../proof-end.js';
import { dimsOf, mustBeConstant, mustBeSince, type Operators, type Rule } from '../step.js';
import { constant, withRows, type Followed, type RowAxis } from '../value.js';

/** The product of matrices, or stacks of them. Neither factor may be summed over its rows. */
export function matrixProduct(left: Shape, right: Shape, unknowns: Unknowns): Shape {
  const [a, b] = [asMatrices(left, 'left'), asMatrices(right, 'right')];
  const [rank, otherRank] = [a.dims.length, b.dims.length];
  if (a.rows?.axis === rank - 1 || b.rows?.axis === otherRank - 2)
    throw new ProofEnd('it sums over the rows');
  const stacks = [a, b].map(({ dims, rows }): Shape => ({
    dims: dims.slice(0, -2),
    rows: rows && rows.axis < dims.length - 2 ? rows : null,
  }));
  const { dims, rows } = broadcast(stacks, unknowns);
  const sizes = [...dims, a.dims[rank - 2] ?? Extent.ONE, b.dims[otherRank - 1] ?? Extent.ONE];
  const across: RowAxis[] = [];
  if (rows) across.push(rows);
  if (a.rows?.axis === rank - 2) across.push({ ...a.rows, axis: sizes.length - 2 });
  if (b.rows?.axis === otherRank - 1) across.push({ ...b.rows, axis: sizes.length - 1 });
  if (across.length > 1) throw new ProofEnd('every row meets every other');
  return withoutVectors({ dims: sizes, rows: across[0] ?? null }, left, right);
}

/** A vector is a matrix of one line, or of one column. */
function asMatrices({ dims, rows }: Shape, side: 'left' | 'right'): Shape {
  if (dims.length !== 1) return { dims, rows };
  return side === 'left'
    ? { dims: [Extent.ONE, ...dims], rows: rows && { ...rows, axis: 1 } }
    : { dims: [...dims, Extent.ONE], rows };
}

function withoutVectors({ dims, rows }: Shape, left: Shape, right: Shape): Shape {
  const gone = new Set<number>();
  if (left.dims.length === 1) gone.add(dims.length - 2);
  if (right.dims.length === 1) gone.add(dims.length - 1);
  const ahead = [...gone].filter((axis) => rows && axis < rows.axis).length;
  return {
    dims: dims.filter((_, axis) => !gone.has(axis)),
    rows: rows && { ...rows, axis: rows.axis - ahead },
  };
}

export function shapeOf(value: Followed): Shape {
  return { dims: dimsOf(value), rows: value.rows };
}

export function ofShape({ dims, rows }: Shape): Followed {
  return rows ? withRows(dims, rows) : constant(dims);
}

/** With its last two axes changed for one another. */
function turned({ dims, rows }: Shape, turn: boolean): Shape {
  if (!turn || dims.length < 2) return { dims, rows };
  const [last, other] = [dims.length - 1, dims.length - 2];
  const axis = rows?.axis === last ? other : rows?.axis === other ? last : rows?.axis;
  const sizes = [...dims.slice(0, other), dims[last] ?? Extent.ONE, dims[other] ?? Extent.ONE];
  return { dims: sizes, rows: rows && { ...rows, axis: axis ?? rows.axis } };
}

/** A tensor that is laid over the result may not have more dimensions, or its own rows. */
export function withAdded(result: Shape, added: Followed | undefined, unknowns: Unknowns): Shape {
  return added ? broadcast([result, shapeOf(added)], unknowns) : result;
}

const matMul: Rule = (step) => [
  ofShape(matrixProduct(shapeOf(step.input(0)), shapeOf(step.input(1)), step.unknowns)),
];

const gemm: Rule = (step) => {
  mustBeSince(step, 7);
  const left = turned(shapeOf(step.input(0)), step.int('transA', 0) !== 0);
  const right = turned(shapeOf(step.input(1)), step.int('transB', 0) !== 0);
  if (left.dims.length !== 2 || right.dims.length !== 2) throw new ProofEnd('it is given no two matrices');
  return [ofShape(withAdded(matrixProduct(left, right, step.unknowns), step.inputs[2], step.unknowns))];
};

const fusedMatMul: Rule = (step) => {
  if (step.int('transBatchA', 0) !== 0 || step.int('transBatchB', 0) !== 0)
    throw new ProofEnd('it changes the first axis for another');
  const left = turned(shapeOf(step.input(0)), step.int('transA', 0) !== 0);
  const right = turned(shapeOf(step.input(1)), step.int('transB', 0) !== 0);
  return [ofShape(matrixProduct(left, right, step.unknowns))];
};

/** Weights packed in whatever way: every line of the left factor by itself. */
const byPackedWeights: Rule = (step) => {
  const left = step.input(0);
  if (step.int('transB', 1) === 0) throw new ProofEnd('its weights are the other way round');
  for (const other of step.inputs.slice(1)) mustBeConstant(other, 'its weights');
  const dims = dimsOf(left);
  if (left.rows?.axis === dims.length - 1) throw new ProofEnd('it sums over the rows');
  const size = step.int('N', 0);
  return [ofShape({ dims: dims.with(-1, size > 0 ? Extent.of(size) : step.unknowns.fresh()), rows: left.rows })]; // prettier-ignore
};

/** With letters that no operand uses for the dimensions that an ellipsis stands for. */
function spelledOut(equation: string, operands: readonly Followed[]): string {
  if (!equation.includes('...')) return equation;
  const free = Array.from('ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz').filter(
    (one) => !equation.includes(one),
  );
  const lengths = equation
    .split('->')[0]
    ?.split(',')
    .flatMap((term, index) => {
      const operand = operands[index];
      return term.includes('...') && operand ? [dimsOf(operand).length - (term.length - 3)] : [];
    });
  // Operands that differ in them are laid over each other, which is not followed here.
  if (!lengths || new Set(lengths).size !== 1 || (lengths[0] ?? 0) > free.length) return equation;
  return equation.replaceAll('...', free.slice(0, lengths[0]).join(''));
}

const einsum: Rule = (step) => {
  const equation = spelledOut(step.text('equation', '').replaceAll(' ', ''), step.given);
  const [terms = '', result] = equation.split('->');
  if (equation.includes('.') || result === undefined) throw new ProofEnd(`its equation "${equation}" is not followed`); // prettier-ignore
  const letters = terms.split(',');
  const rows: { letter: string; before: Extent; size: Extent | undefined }[] = [];
  const sizes = new Map<string, Extent>();
  for (const [index, input] of step.given.entries()) {
    const own = letters[index] ?? '';
    const dims = dimsOf(input);
    if (own.length !== dims.length) throw new ProofEnd('its equation does not fit what it is given');
    for (const [axis, size] of dims.entries()) {
      const letter = own[axis] ?? '';
      if (input.rows?.axis === axis) rows.push({ letter, before: input.rows.before, size });
      const known = sizes.get(letter);
      sizes.set(letter, known ? common(known, size, step.unknowns) : size);
    }
  }
  const [first] = rows;
  if (!first)
    return [constant(Array.from(result).map((letter) => sizes.get(letter) ?? step.unknowns.fresh()))];
  const { letter, before, size } = first;
  for (const [index, input] of step.given.entries()) {
    const times = Array.from(letters[index] ?? '').filter((one) => one === letter).length;
    const own = input.rows;
    const fits = own ? times === 1 && letters[index]?.[own.axis] === letter : times === 0;
    if (!fits) throw new ProofEnd('rows meet other rows, or what is no row of its own');
  }
  if (rows.some((other) => !other.before.equals(before) || !size || !other.size?.equals(size)))
    throw new ProofEnd('rows that are cut differently meet');
  const axis = result.indexOf(letter);
  if (axis < 0 || result.lastIndexOf(letter) !== axis) throw new ProofEnd('it sums over the rows');
  const dims = Array.from(result).map((one) =>
    one === letter && size ? size : (sizes.get(one) ?? step.unknowns.fresh()),
  );
  return [withRows(dims, { axis, before })];
};

export const products: Operators = {
  MatMul: matMul,
  Gemm: gemm,
  Einsum: einsum,
  'com.microsoft.FusedMatMul': fusedMatMul,
  'com.microsoft.TransposeMatMul': fusedMatMul,
  'com.microsoft.FusedGemm': gemm,
  'com.microsoft.MatMulNBits': byPackedWeights,
  'com.microsoft.MatMulBnb4': byPackedWeights,
};
