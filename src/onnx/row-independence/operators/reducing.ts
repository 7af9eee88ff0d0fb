import { Extent } from '../extent.js';
import { ProofEnd } from '../proof-end.js';
import { axisOf, dimsOf, isRowAxis, mustBeConstant, mustLieAlong, type Operators, type Rule, type Step } from '../step.js'; // prettier-ignore
import { constant, scalar, withRows, type Followed } from '../value.js';
import { isExact } from './elementwise.js';

/** The tensor without some of its axes, or with 1 in their place. */
function reduced(input: Followed, gone: ReadonlySet<number>, keep: boolean): Followed {
  const dims = dimsOf(input);
  const sizes = dims.flatMap((size, axis) => (gone.has(axis) ? (keep ? [Extent.ONE] : []) : [size]));
  if (!input.rows) return constant(sizes);
  if (gone.has(input.rows.axis)) throw new ProofEnd('it takes all rows together');
  const ahead = [...gone].filter((axis) => axis < (input.rows?.axis ?? 0)).length;
  return withRows(sizes, { ...input.rows, axis: input.rows.axis - (keep ? 0 : ahead) });
}

function reduce(compute?: (values: readonly Extent[], step: Step) => Extent | null): Rule {
  return (step) => {
    const input = step.input(0);
    const rank = dimsOf(input).length;
    mustBeConstant(step.inputs[1], 'what it reduces along');
    const asked = step.numbers('axes', 1);
    const isNoOperation = (asked?.length ?? 0) === 0 && step.int('noop_with_empty_axes', 0) === 1;
    if (isNoOperation) return [input.rows ? withRows(dimsOf(input), input.rows) : constant(input.dims)];
    const gone = asked?.length ? asked.map((axis) => axisOf(axis, rank)) : Array.from({ length: rank }, (_, axis) => axis); // prettier-ignore
    const keep = step.int('keepdims', 1) === 1;
    const result = reduced(input, new Set(gone), keep);
    const given = rank === 1 ? input.elements?.values : undefined;
    const isNarrow = given?.some((extent) => extent.isNarrow) === true;
    const value = given && compute?.(given, step)?.inBits(isNarrow);
    return [
      value && input.elements && isExact(value, input.elements.whole)
        ? { ...scalar(value, input.elements.whole), dims: result.dims }
        : result,
    ];
  };
}

const product = (values: readonly Extent[]) => Extent.product(values);
const sum = (values: readonly Extent[], { unknowns }: Step) => values.reduce((a, b) => unknowns.sum(a, b), Extent.of(0)); // prettier-ignore
function best(choose: (...values: number[]) => number) {
  return (values: readonly Extent[]): Extent | null => {
    const numbers = values.flatMap(({ number }) => number ?? []);
    return numbers.length === values.length ? Extent.of(choose(...numbers)) : null;
  };
}

/** Of one axis, 0 unless it is named. */
const arg: Rule = (step) => {
  const input = step.input(0);
  const axis = axisOf(step.int('axis', 0), dimsOf(input).length);
  return [reduced(input, new Set([axis]), step.int('keepdims', 1) === 1)];
};

/** Along one axis, each element from the others of the axis. */
function along(absent: number): Rule {
  return (step) => {
    const input = step.input(0);
    const axis = axisOf(step.int('axis', absent), dimsOf(input).length);
    if (isRowAxis(input, axis)) throw new ProofEnd('it works along the rows');
    return step.node.outputs.map(() => unchanged(input));
  };
}

/** Before opset 13 everything from the axis on was one. */
const softmax: Rule = (step) => {
  if (step.opset >= 13) return along(-1)(step);
  const input = step.input(0);
  const rank = dimsOf(input).length;
  const asked = step.int('axis', 1);
  const axis = asked === rank ? rank : axisOf(asked, rank);
  if (input.rows && input.rows.axis >= axis) throw new ProofEnd(`it takes everything from axis ${axis} on together, the rows too`); // prettier-ignore
  return [unchanged(input)];
};

const cumulative: Rule = (step) => {
  const input = step.input(0);
  mustBeConstant(step.inputs[1], 'its axis');
  const [asked = 0] = step.numbersOf(1);
  if (isRowAxis(input, axisOf(asked, dimsOf(input).length))) throw new ProofEnd('it adds row to row');
  return [unchanged(input)];
};

const trilu: Rule = (step) => {
  const input = step.input(0);
  mustBeConstant(step.inputs[1], 'its diagonal');
  if (input.rows && input.rows.axis >= dimsOf(input).length - 2) throw new ProofEnd('what it keeps of a row depends on the place of the row'); // prettier-ignore
  return [unchanged(input)];
};

const onMatrices =
  (lost: number): Rule =>
  (step) => {
    const input = step.input(0);
    const dims = dimsOf(input);
    if (input.rows && input.rows.axis >= dims.length - 2)
      throw new ProofEnd('its matrices lie across the rows');
    const sizes = dims.slice(0, dims.length - lost);
    return [input.rows ? withRows(sizes, input.rows) : constant(sizes)];
  };

export function unchanged({ dims, rows }: Followed): Followed {
  return rows && dims ? withRows(dims, rows) : constant(dims);
}

/** A frequency from all places of one axis; the one before the last unless another is named. */
const fourier: Rule = (step) => {
  const input = step.input(0);
  const dims = dimsOf(input);
  for (const other of step.inputs.slice(1)) mustBeConstant(other, 'its length or axis');
  const asked = step.opset < 20 ? step.int('axis', 1) : step.has(2) ? (step.numbersOf(2)[0] ?? -2) : -2;
  const axis = axisOf(asked, dims.length);
  const last = dims.length - 1;
  if (input.rows && (input.rows.axis === axis || input.rows.axis === last)) throw new ProofEnd('it works along the rows'); // prettier-ignore
  const sizes = dims.map((size, at) => (at === axis || at === last ? step.unknowns.fresh() : size));
  return [input.rows ? withRows(sizes, input.rows) : constant(sizes)];
};

/** Signals beside one another, along the first axis. */
const shortFourier: Rule = (step) => {
  const input = step.input(0);
  for (const other of step.inputs.slice(1)) mustBeConstant(other, 'its window or step');
  mustLieAlong(input, 0);
  const sizes = [dimsOf(input)[0] ?? Extent.ONE, step.unknowns.fresh(), step.unknowns.fresh(), Extent.of(2)];
  return [input.rows ? withRows(sizes, input.rows) : constant(sizes)];
};

export const reducing: Operators = {
  DFT: fourier,
  STFT: shortFourier,
  ...Object.fromEntries(
    'ReduceL1 ReduceL2 ReduceLogSum ReduceLogSumExp ReduceMean ReduceSumSquare'
      .split(' ')
      .map((name) => [name, reduce()]),
  ),
  ReduceProd: reduce(product),
  ReduceSum: reduce(sum),
  ReduceMax: reduce(best(Math.max)),
  ReduceMin: reduce(best(Math.min)),
  ArgMax: arg,
  ArgMin: arg,
  Softmax: softmax,
  LogSoftmax: softmax,
  Hardmax: softmax,
  LpNormalization: along(-1),
  CumSum: cumulative,
  CumProd: cumulative,
  Trilu: trilu,
  'com.microsoft.Trilu': trilu,
  Det: onMatrices(2),
  'com.microsoft.Inverse': onMatrices(0),
};
