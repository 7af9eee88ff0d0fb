import { fromHalf, toHalf } from '../../../tensors/index.js';
import { broadcast } from '../broadcast.js';
import { Extent, type Unknowns } from '../extent.js';
import { ProofEnd } from '../proof-end.js';
import { dimsOf, mustBeSince, type Operators, type Rule, type Step } from '../step.js';
import { constant, MAX_ELEMENTS, withRows, type Elements, type Followed, type Value } from '../value.js';

/** What an operator makes of elements that are known; null where it is not worth knowing. */
type Compute = (values: readonly Extent[], whole: boolean, unknowns: Unknowns) => Extent | null;

/** An element of each operand after the other: rows meet themselves alone as long as they lie on one another. */
function laidOver(compute: Compute | null = null, result: 'same' | 'truth' = 'same'): Rule {
  return (step) => {
    // Operands lay along an axis that was named, or that of the channels.
    if (step.given.length > 1) mustBeSince(step, 7);
    const { dims, rows } = broadcast(step.given, step.unknowns);
    if (rows) return step.node.outputs.map(() => withRows(dims, rows));
    const elements = compute && computed(step, dims, compute, result);
    return step.node.outputs.map(() => constant(dims, elements));
  };
}

function computed(
  { given, unknowns }: Step,
  dims: readonly Extent[],
  compute: Compute,
  result: 'same' | 'truth',
): Elements | null {
  const operands = given.map(({ elements }) => elements);
  const sizes = dims.map(({ number }) => number);
  const count = sizes.reduce<number>((product, size) => product * (size ?? Infinity), 1);
  if (!(count <= MAX_ELEMENTS) || operands.includes(null)) return null;
  // Which element lies where is told by every size of every operand.
  if (given.some((value) => value.dims?.some(({ number }) => number === null) !== false)) return null;
  const whole = operands.every((elements) => elements?.whole);
  const values = Array.from({ length: count }, (_, index) => {
    const here = given.map((value) => elementAt(value, sizes as number[], index));
    const countsRows = here.some((extent) => extent.countsRows);
    const isNarrow = here.some((extent) => extent.isNarrow);
    const value = compute(here, whole, unknowns)?.inBits(isNarrow);
    return value && isExact(value, whole)
      ? value
      : unknowns.fresh({ countsRows, isSize: false }).inBits(isNarrow);
  });
  return { values, whole: result === 'truth' || whole };
}

/**
 * Whether a runtime comes to the same number in the type it calculates in: whole ones overflow, reals are rounded to 11
 * significant ones at worst.
 *
 * Bodies have at most 2^30 bytes, so a size is no larger, nor are the rows of a joined run times the elements of one; rows
 * that are joined are fewer than 2^14. Sizes of different tensors have no such bound together.
 */
export function isExact({ factor, unknowns, isNarrow, timesRows }: Extent, whole: boolean): boolean {
  if (unknowns.length > 0) {
    const sizes = unknowns.length - timesRows;
    const most = timesRows > 1 || sizes > 2 ? 0 : sizes === 2 ? 2 ** 14 : 2 ** 16;
    if (Math.abs(factor) >= most) return false;
    if (isNarrow && sizes > 0 && (sizes > 1 || Math.abs(factor) > 1)) return false;
    if (!whole && unknowns.length > 1) return false;
  }
  if (whole) return Math.abs(factor) < 2 ** 31;
  return (
    factor === 0 ||
    (Math.abs(factor) < 65_504 && Math.abs(factor) > 1e-4 && fromHalf(toHalf(factor)) === factor)
  );
}

function elementAt({ dims, elements }: Followed, sizes: readonly number[], index: number): Extent {
  let [rest, at, stride] = [index, 0, 1];
  const own = (dims ?? []).map(({ number }) => number ?? 1);
  for (let axis = sizes.length - 1; axis >= 0; axis -= 1) {
    const size = sizes[axis] ?? 1;
    const place = rest % size;
    rest = Math.floor(rest / size);
    const ownSize = own[axis - (sizes.length - own.length)];
    if (ownSize === undefined) continue;
    at += (ownSize === 1 ? 0 : place) * stride;
    stride *= ownSize;
  }
  return elements?.values[at] ?? Extent.of(0);
}

const truth = (value: boolean) => Extent.of(value ? 1 : 0);

function onNumbers(compute: (a: number, b: number) => number): Compute {
  return ([a, b = Extent.of(0)]) =>
    a?.number == null || b.number === null ? null : Extent.of(compute(a.number, b.number));
}

const sum: Compute = (values, _whole, unknowns) => values.reduce((one, other) => unknowns.sum(one, other));

const difference: Compute = ([a = Extent.of(0), b = Extent.of(0)], _whole, unknowns) =>
  unknowns.sum(a, b.times(Extent.of(-1)));

const quotient: Compute = ([a = Extent.of(0), b = Extent.of(0)], whole, unknowns) => {
  if (!whole) return a.ratio(b) ?? unknowns.computedFrom('ratio', [a, b]);
  if (a.number !== null && b.number !== null) return Extent.of(Math.trunc(a.number / b.number));
  return a.over(b) ?? unknowns.computedFrom('quotient', [a, b], a.isSize && b.isSize);
};

function compared(name: string, compare: (a: number, b: number) => boolean): Compute {
  return ([a = Extent.of(0), b = Extent.of(0)], _whole, unknowns) => {
    if (a.number !== null && b.number !== null) return truth(compare(a.number, b.number));
    // No size is negative: what holds of 0 and of everything above holds of it.
    if (a.isSize && b.number !== null && b.number < 0) return truth(compare(0, b.number));
    if (b.isSize && a.number !== null && a.number < 0) return truth(compare(a.number, 0));
    return unknowns.computedFrom(name, [a, b], true);
  };
}

function chosen(name: string, choose: (a: number, b: number) => number): Compute {
  return (values, _whole, unknowns) =>
    values.reduce((a, b) => {
      if (a.equals(b)) return a;
      if (a.number !== null && b.number !== null) return Extent.of(choose(a.number, b.number));
      return unknowns.computedFrom(name, [a, b], a.isSize && b.isSize);
    });
}

function logical(name: string, compute: (a: boolean, b: boolean) => boolean): Compute {
  return ([a = Extent.of(0), b = Extent.of(0)], _whole, unknowns) =>
    a.number !== null && b.number !== null
      ? truth(compute(a.number !== 0, b.number !== 0))
      : unknowns.computedFrom(name, [a, b], true);
}

const where: Compute = ([condition, yes = Extent.of(0), no = Extent.of(0)], _whole, unknowns) => {
  if (yes.equals(no)) return yes;
  if (condition?.number == null)
    return unknowns.computedFrom('where', [condition ?? Extent.of(0), yes, no], yes.isSize && no.isSize);
  return condition.number !== 0 ? yes : no;
};

const unary = (compute: (value: number) => number): Rule => laidOver(onNumbers(compute));

// TensorProto.DataType. In narrower types a size might become another number.
const [FLOAT, BOOL, DOUBLE] = [1, 9, 11];
const WIDE_INTEGERS: ReadonlySet<number> = new Set([6, 7, 12, 13]);
const NARROW_INTEGERS: ReadonlySet<number> = new Set([6, 12]);

/** Whole numbers are cut off, truth values are 0 or 1. */
const cast: Rule = (step) => {
  const input = step.input(0);
  const to = step.int('to', 1);
  const isReal = to === FLOAT || to === DOUBLE;
  if (input.elements === null || input.rows || !(isReal || to === BOOL || WIDE_INTEGERS.has(to)))
    return [{ ...input, elements: null }];
  const values = input.elements.values.map((value): Extent => {
    if (to === BOOL)
      return value.number === null ? step.unknowns.computedFrom('truth', [value], true) : truth(value.number !== 0); // prettier-ignore
    const cast = value.inBits(NARROW_INTEGERS.has(to));
    if (!isExact(cast, to !== FLOAT))
      return step.unknowns.fresh({ countsRows: value.countsRows, isSize: false }).inBits(cast.isNarrow);
    if (isReal || input.elements?.whole === true) return cast;
    if (value.number !== null) return Extent.of(Math.trunc(value.number)).inBits(cast.isNarrow);
    return Number.isInteger(value.factor)
      ? cast
      : step.unknowns.computedFrom('trunc', [value]).inBits(cast.isNarrow);
  });
  return [constant(input.dims, { values, whole: !isReal })];
};

/** Each element of the result from the one at its place, and from parameters that are the same for all. */
const ofFirst: Rule = (step) => {
  const { dims, rows } = step.input(0);
  if (step.inputs.slice(1).some((input) => input?.rows)) return laidOver()(step);
  return step.node.outputs.map((): Value => (rows ? withRows(dimsOf(step.input(0)), rows) : constant(dims)));
};

/** The same elements in another type; a second input only names it. */
const castLike: Rule = (step) => [{ ...step.input(0), elements: null }];

const same: Rule = (step) => step.node.outputs.map(() => step.input(0));

/** The sign is that of the divisor, or with fmod that of the dividend. */
const modulo: Rule = (step) => {
  const isOfDividend = step.int('fmod', 0) === 1;
  return laidOver(onNumbers((a, b) => (b === 0 ? NaN : isOfDividend ? a % b : a - b * Math.floor(a / b))))(step); // prettier-ignore
};

/** A factor for each channel. */
const byChannel: Rule = (step) => {
  if (step.input(0).rows?.axis === 1) throw new ProofEnd('the rows lie along the channels');
  return ofFirst(step);
};

const plain = (names: string): Operators => Object.fromEntries(names.split(' ').map((name) => [name, laidOver()])); // prettier-ignore
const first = (names: string): Operators => Object.fromEntries(names.split(' ').map((name) => [name, ofFirst])); // prettier-ignore

export const elementwise: Operators = {
  ...plain(
    'Pow PRelu BitShift BitwiseAnd BitwiseOr BitwiseXor StringConcat Swish com.microsoft.BiasGelu com.microsoft.FastGelu',
  ),
  // Their further inputs are scalars.
  ...first(
    'Abs Acos Acosh Asin Asinh Atan Atanh BitwiseNot Celu Clip Cos Cosh Elu Erf Exp Gelu HardSigmoid HardSwish IsInf IsNaN LeakyRelu Log Mish Reciprocal Relu Round Selu Shrink Sigmoid Sign Sin Sinh Softplus Softsign Tan Tanh ThresholdedRelu Affine ParametricSoftplus ScaledTanh RegexFullMatch com.microsoft.QuickGelu com.microsoft.Gelu com.microsoft.Rsqrt',
  ),
  ImageScaler: byChannel,
  Sqrt: unary(Math.sqrt),
  Floor: unary(Math.floor),
  Ceil: unary(Math.ceil),
  Neg: laidOver(([a = Extent.of(0)]) => a.times(Extent.of(-1))),
  Not: laidOver(([a]) => (a?.number == null ? null : truth(a.number === 0)), 'truth'),
  Add: laidOver(sum),
  Sum: laidOver(sum),
  Sub: laidOver(difference),
  Mul: laidOver(([a = Extent.of(0), b = Extent.of(0)]) => a.times(b)),
  Div: laidOver(quotient),
  Mod: modulo,
  Mean: laidOver(),
  Max: laidOver(chosen('max', Math.max)),
  Min: laidOver(chosen('min', Math.min)),
  And: laidOver(logical('and', (a, b) => a && b), 'truth'), // prettier-ignore
  Or: laidOver(logical('or', (a, b) => a || b), 'truth'), // prettier-ignore
  Xor: laidOver(logical('xor', (a, b) => a !== b), 'truth'), // prettier-ignore
  Equal: laidOver(compared('equal', (a, b) => a === b), 'truth'), // prettier-ignore
  Less: laidOver(compared('less', (a, b) => a < b), 'truth'), // prettier-ignore
  LessOrEqual: laidOver(compared('at most', (a, b) => a <= b), 'truth'), // prettier-ignore
  Greater: laidOver(compared('greater', (a, b) => a > b), 'truth'), // prettier-ignore
  GreaterOrEqual: laidOver(compared('at least', (a, b) => a >= b), 'truth'), // prettier-ignore
  Where: laidOver(where),
  Cast: { rule: cast, takesNumberedRows: true },
  CastLike: { rule: castLike, sizes: [1] },
  BitCast: castLike,
  Identity: { rule: same, takesNumberedRows: true, takesPadding: true },
};
