import { Extent, type Unknowns } from '../extent.js';
import { ProofEnd } from '../proof-end.js';
import { axisOf, dimsOf, mustBeConstant, type Operators, type Rule, type Step } from '../step.js';
import { constant, countsRows, scalar, withRows, type Followed, type Value } from '../value.js';

/** States of a loop are the same kind of thing after so many rounds, or the proof ends. */
const MAX_ROUNDS = 12;

/** What a value is that may be either. */
function either(one: Value, other: Value, size: (axis: number) => Extent): Value {
  if (one.kind === 'mixed') return one;
  if (other.kind === 'mixed') return other;
  const why = unlike(one, other);
  if (why !== null) return { kind: 'mixed', node: '', why };
  const sameElements = one.elements !== null && one.elements.values.length === other.elements?.values.length && one.elements.values.every((value, index) => value.equals(other.elements?.values[index] ?? Extent.of(NaN))); // prettier-ignore
  if (!sameElements && (countsRows(one) || countsRows(other)))
    return { kind: 'mixed', node: '', why: 'the number of rows reaches what it computes' };
  if (!one.dims || one.dims.length !== other.dims?.length)
    return countsRows(one)
      ? { kind: 'mixed', node: '', why: 'the number of rows reaches what it computes' }
      : constant(null);
  const dims = one.dims.map((extent, axis) => {
    const same = extent.equals(other.dims?.[axis] ?? Extent.of(NaN));
    return same || axis === one.rows?.axis ? extent : size(axis);
  });
  const isShapeKnown = dims.every((extent, axis) => extent.equals(one.dims?.[axis] ?? Extent.of(NaN)));
  if (!isShapeKnown && countsRows(one)) return { kind: 'mixed', node: '', why: 'the number of rows reaches what it computes' }; // prettier-ignore
  return { ...one, dims, elements: sameElements && isShapeKnown ? one.elements : null };
}

function unlike(one: Followed, other: Followed): string | null {
  if ((one.rows === null) !== (other.rows === null)) return 'it is of the rows in one case and the same for all in another'; // prettier-ignore
  if (one.padding !== other.padding || one.numbersRows !== other.numbersRows) return 'its cases differ in what a row is'; // prettier-ignore
  if (!one.rows || !other.rows) return null;
  const [size, otherSize] = [one.dims?.[one.rows.axis], other.dims?.[other.rows.axis]];
  const alike = one.rows.axis === other.rows.axis && one.rows.before.equals(other.rows.before) && one.dims?.length === other.dims?.length; // prettier-ignore
  return alike && size && otherSize?.equals(size) ? null : 'its cases differ in where the rows lie';
}

/** Mixed values that arise where a body ends are the body's node's. */
function named(value: Value): Value {
  if (value.kind !== 'mixed' || value.node !== '') return value;
  throw new ProofEnd(value.why);
}

const choice: Rule = (step) => {
  const condition = step.input(0);
  mustBeConstant(condition, 'which branch it takes');
  const known = condition.elements?.values[0];
  if (known?.countsRows === true) throw new ProofEnd('the number of rows decides which branch it takes');
  const [yes, no] = [step.body('then_branch'), step.body('else_branch')];
  if (known?.number != null) return step.followBody(known.number !== 0 ? yes : no, []);
  const [then, otherwise] = [step.followBody(yes, []), step.followBody(no, [])];
  return then.map((value, index) => {
    const other = otherwise[index];
    return named(other ? either(value, other, () => step.unknowns.fresh()) : value);
  });
};

/** States of a loop as they are before any round: whatever holds after a round of what held before it. */
function settled(
  step: Step,
  first: readonly Value[],
  round: (states: readonly Value[]) => { readonly states: readonly Value[]; readonly all: readonly Value[] },
): readonly Value[] {
  let states = first;
  const sizes = new Map<string, Extent>();
  for (let rounds = 0; rounds < MAX_ROUNDS; rounds += 1) {
    const { states: next, all } = round(states);
    const joined = states.map((state, index) => {
      const other = next[index];
      const size = (axis: number) => remembered(sizes, `${index}:${axis}`, step.unknowns);
      return other ? named(either(state, other, size)) : state;
    });
    if (joined.every((state, index) => alike(state, states[index]))) return all;
    states = joined;
  }
  throw new ProofEnd('what its rounds make of its states does not settle');
}

function remembered(sizes: Map<string, Extent>, key: string, unknowns: Unknowns): Extent {
  const size = sizes.get(key) ?? unknowns.fresh();
  sizes.set(key, size);
  return size;
}

function alike(one: Value, other: Value | undefined): boolean {
  if (one.kind === 'mixed' || other?.kind === 'mixed') return one === other || one.kind === other?.kind;
  if (!other) return false;
  const sameDims = one.dims === null ? other.dims === null : one.dims.every((size, axis) => size.equals(other.dims?.[axis] ?? Extent.of(NaN))); // prettier-ignore
  return sameDims && (one.elements === null) === (other.elements === null);
}

const loop: Rule = (step) => {
  const body = step.body('body');
  for (const index of [0, 1]) {
    const bound = step.inputs[index];
    mustBeConstant(bound, 'how long it goes on');
    if (bound && countsRows(bound)) throw new ProofEnd('it goes on as long as there are rows');
  }
  const first = step.inputs.slice(2).map((state) => state ?? constant(null));
  const goesOn = constant([]);
  const all = settled(step, first, (states) => {
    const made = step.followBody(body, [scalar(step.unknowns.fresh()), goesOn, ...states]);
    const [condition] = made;
    if (condition?.kind === 'mixed') throw new ProofEnd(`whether it goes on depends on the rows together (${condition.why})`); // prettier-ignore
    mustBeConstant(condition, 'whether it goes on');
    if (condition && countsRows(condition))
      throw new ProofEnd('the number of rows decides whether it goes on');
    return { states: made.slice(1, 1 + first.length), all: made.slice(1) };
  });
  return [...all.slice(0, first.length).map((state, index) => afterwards(state, first[index], step)), ...all.slice(first.length).map((value) => stacked(value, 0, step))]; // prettier-ignore
};

/** After no round at all a state is what it was. */
function afterwards(state: Value, first: Value | undefined, step: Step): Value {
  const value = first ? either(state, first, () => step.unknowns.fresh()) : state;
  return named(value);
}

/** One from each round, laid along a new axis. */
function stacked(value: Value, asked: number, step: Step): Value {
  if (value.kind === 'mixed') return value;
  if (countsRows(value)) throw new ProofEnd('the number of rows reaches what it computes');
  if (value.numbersRows || value.padding !== null)
    throw new ProofEnd('what its rounds give tells more of a row than the row itself');
  if (value.dims === null) return constant(null);
  const axis = axisOf(asked, value.dims.length + 1);
  const sizes = [...value.dims.slice(0, axis), step.unknowns.fresh(), ...value.dims.slice(axis)];
  const { rows } = value;
  return rows ? withRows(sizes, { ...rows, axis: rows.axis < axis ? rows.axis : rows.axis + 1 }) : constant(sizes); // prettier-ignore
}

/** From opset 9 on: states, and slices of tensors along an axis. */
const scan: Rule = (step) => {
  if (step.opset < 9) throw new ProofEnd('its way before opset 9 is not followed');
  const body = step.body('body');
  const count = step.int('num_scan_inputs', 0);
  const stateCount = step.inputs.length - count;
  const axes = step.ints('scan_input_axes');
  const first = step.inputs.slice(0, stateCount).map((state) => state ?? constant(null));
  const slices = step.inputs.slice(stateCount).map((value, index) => {
    if (!value) throw new ProofEnd('an input of it is left out');
    if (countsRows(value)) throw new ProofEnd('the number of rows reaches what it computes');
    const dims = dimsOf(value);
    const axis = axisOf(axes?.[index] ?? 0, dims.length);
    const { rows } = value;
    if (rows?.axis === axis) throw new ProofEnd('it goes from row to row');
    const sizes = dims.filter((_, other) => other !== axis);
    return rows
      ? withRows(sizes, { ...rows, axis: rows.axis < axis ? rows.axis : rows.axis - 1 })
      : constant(sizes);
  });
  const all = settled(step, first, (states) => {
    const made = step.followBody(body, [...states, ...slices]);
    return { states: made.slice(0, stateCount), all: made };
  });
  const outputAxes = step.ints('scan_output_axes');
  return [...all.slice(0, stateCount).map((state, index) => afterwards(state, first[index], step)), ...all.slice(stateCount).map((value, index) => stacked(value, outputAxes?.[index] ?? 0, step))]; // prettier-ignore
};

const everyInput = Array.from({ length: 64 }, (_, index) => index);

export const bodies: Operators = {
  If: { rule: choice, sizes: [0] },
  Loop: { rule: loop, sizes: everyInput },
  Scan: { rule: scan, sizes: everyInput },
};
