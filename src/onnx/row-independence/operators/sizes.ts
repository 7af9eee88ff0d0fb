import { Extent } from '../extent.js';
import { ProofEnd } from '../proof-end.js';
import { dimsOf, type Operators, type Rule } from '../step.js';
import { constant, MAX_ELEMENTS, scalar, vector, withRows } from '../value.js';

/** What a tensor's sizes say of it: functions of the number of rows, and of no row. */
const shape: Rule = (step) => {
  const dims = dimsOf(step.input(0)).map((dim) => dim.inBits(false));
  return [vector(dims.slice(step.int('start', 0), step.attributes.has('end') ? step.int('end', 0) : undefined))]; // prettier-ignore
};

const size: Rule = (step) => [scalar(Extent.product(dimsOf(step.input(0))).inBits(false))];

const range: Rule = (step) => {
  const [start, limit, delta] = [0, 1, 2].map((index) => step.extentsOf(index)[0] ?? Extent.of(0));
  const whole = [0, 1, 2].every((index) => step.input(index).elements?.whole === true);
  if (start?.is(0) && delta?.is(1) && limit?.equals(Extent.ROWS))
    return [{ ...withRows([Extent.ROWS], { axis: 0, before: Extent.ONE }), numbersRows: true }];
  if ([start, limit, delta].some((extent) => extent?.countsRows))
    throw new ProofEnd('it counts as far as the number of rows');
  const [from, to, by] = [start?.number, limit?.number, delta?.number];
  // How many reals there are between two is a matter of rounding.
  const isExact = whole || [from, to, by].every((value) => Number.isInteger(value) && Math.abs(value ?? 0) <= 2_048); // prettier-ignore
  if (from != null && to != null && by != null && isExact) {
    const count = Math.max(0, Math.ceil((to - from) / by));
    if (!(count <= MAX_ELEMENTS)) return [constant([Number.isFinite(count) ? Extent.of(count) : step.unknowns.fresh()])]; // prettier-ignore
    return [
      constant([Extent.of(count)], {
        values: Array.from({ length: count }, (_, at) => Extent.of(from + at * by)),
        whole,
      }),
    ];
  }
  return [constant([start?.is(0) && delta?.is(1) && limit?.isSize ? limit : step.unknowns.fresh()])];
};

/** The value of a Constant node. */
const constantNode: Rule = (step) => {
  const { attributes } = step;
  const int = attributes.get('value_int')?.int;
  if (int != null) return [scalar(Extent.of(int))];
  const float = attributes.get('value_float')?.float;
  if (float != null) return [scalar(Extent.of(float), false)];
  const ints = attributes.get('value_ints')?.ints;
  if (ints?.length) return [vector(ints.map((value) => Extent.of(value)))];
  const floats = attributes.get('value_floats')?.floats;
  if (floats?.length) return [constant([Extent.of(floats.length)], { values: floats.map((value) => Extent.of(value)), whole: false })]; // prettier-ignore
  if (attributes.has('value_string')) return [constant([])];
  const texts = attributes.get('value_strings')?.texts;
  if (texts) return [constant([Extent.of(texts.length)])];
  const stored = attributes.get('value')?.tensor;
  if (!stored) return [constant(null)];
  const values = stored.values?.map((value) => Extent.of(value));
  const elements = values ? { values, whole: stored.whole } : null;
  return [
    constant(
      stored.dims.map((dim) => Extent.of(dim)),
      elements,
    ),
  ];
};

const eyeLike: Rule = (step) => {
  if (dimsOf(step.input(0)).some((dim) => dim.countsRows))
    throw new ProofEnd('its ones stand where rows have different places');
  return [constant(dimsOf(step.input(0)))];
};

/** Without inputs from rows it is the same for all; its own inputs are seldom anything else. */
const ofConstants: Rule = () => {
  throw new ProofEnd('how much it gives depends on what the rows hold');
};

const anyOf: Rule = (step) => {
  const { rows } = step.input(0);
  if (rows) throw new ProofEnd('how much it gives depends on what the rows hold');
  return step.node.outputs.map(() => constant(null));
};

export const sizes: Operators = {
  Shape: { rule: shape, takesNumberedRows: true },
  Size: { rule: size, takesNumberedRows: true },
  Range: { rule: range, sizes: [0, 1, 2] },
  Constant: constantNode,
  EyeLike: eyeLike,
  NonZero: anyOf,
  Unique: anyOf,
  NonMaxSuppression: ofConstants,
  HannWindow: ofConstants,
  HammingWindow: ofConstants,
  BlackmanWindow: ofConstants,
  MelWeightMatrix: ofConstants,
};
