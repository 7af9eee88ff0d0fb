import { broadcast } from '../broadcast.js';
import { Extent } from '../extent.js';
import { ProofEnd } from '../proof-end.js';
import { dimsOf, mustBeConstant, mustHaveRows, type Operators, type Rule, type Step } from '../step.js';
import { constant, withRows, type Followed, type RowAxis, type Value } from '../value.js';

const FIRST: RowAxis = { axis: 0, before: Extent.ONE };

/** Who attends to whom, within each row: all that comes from rows must have them along the first axis, as many each. */
function mustBeBesideRows(step: Step, indices: readonly number[]): Extent {
  const size = dimsOf(step.input(0))[0] ?? Extent.ONE;
  for (const index of indices) {
    const input = step.inputs[index];
    if (!input) continue;
    mustHaveRows(input, 0, `its input ${index}`);
    if (!dimsOf(input)[0]?.equals(size)) throw new ProofEnd('rows that are cut differently meet');
  }
  return size;
}

/** What is said here of an operator is said of so many inputs; what later versions add may be anything. */
function mustHaveAtMost(step: Step, inputs: number): void {
  if (step.inputs.slice(inputs).some((input) => input !== undefined))
    throw new ProofEnd(`it is given more than ${inputs} inputs`);
}

function constantsAt(step: Step, indices: readonly number[]): void {
  for (const index of indices) mustBeConstant(step.inputs[index], `its input ${index}`);
}

/** Added to, or masking, scores [rows, heads, queries, keys]. */
function mustSuitScores(bias: Followed | undefined, size: Extent): void {
  if (!bias) return;
  const dims = dimsOf(bias);
  if (!bias.rows) {
    if (dims.length === 4 && dims[0]?.is(1) !== true) throw new ProofEnd('its mask is not one for all rows');
    if (dims.length > 4) throw new ProofEnd('its mask has too many dimensions');
    return;
  }
  mustHaveRows(bias, 0, 'its mask');
  if (dims.length !== 4 || !dims[0]?.equals(size)) throw new ProofEnd('its mask is not that of the rows');
}

function results(step: Step, ...made: readonly (() => Value)[]): Value[] {
  return step.node.outputs.map((_, index) => made[Math.min(index, made.length - 1)]?.() ?? constant(null));
}

function unknownSizes(step: Step, size: Extent, rank: number): Followed {
  return withRows([size, ...Array.from({ length: rank - 1 }, () => step.unknowns.fresh())], FIRST);
}

/** Weights included (com.microsoft.Attention, QAttention). */
function selfAttention(weights: readonly number[], mask: number, past: number, bias: number): Rule {
  return (step) => {
    mustHaveAtMost(step, past + 3);
    const size = mustBeBesideRows(step, [0, mask]);
    const dims = dimsOf(step.input(0));
    constantsAt(step, [...weights, past + 2]);
    mustSuitScores(step.inputs[bias], size);
    const before = step.inputs[past];
    if (before) {
      if (before.rows?.axis !== 1 || !before.rows.before.is(1) || !dimsOf(before)[1]?.equals(size))
        throw new ProofEnd('what it remembers is not of the rows');
    }
    const hidden = step.attributes.has('qkv_hidden_sizes')
      ? null
      : step.inputs[2]?.dims?.[0]?.over(Extent.of(3));
    const output = () => withRows([size, dims[1] ?? Extent.ONE, hidden ?? step.unknowns.fresh()], FIRST);
    const present = () => withRows([Extent.of(2), size, step.unknowns.fresh(), step.unknowns.fresh(), step.unknowns.fresh()], { ...FIRST, axis: 1 }); // prettier-ignore
    return results(step, output, present);
  };
}

const multiHead: Rule = (step) => {
  mustHaveAtMost(step, 9);
  const size = mustBeBesideRows(step, [0, 1, 2, 4, 6, 7]);
  constantsAt(step, [3, 8]);
  mustSuitScores(step.inputs[5], size);
  const queries = dimsOf(step.input(0));
  const values = step.inputs[2]?.dims;
  const hidden = values?.length === 3 ? values[2] : undefined;
  const output = () => withRows([size, queries[1] ?? Extent.ONE, hidden ?? step.unknowns.fresh()], FIRST);
  return results(step, output, () => unknownSizes(step, size, 4));
};

const grouped: Rule = (step) => {
  mustHaveAtMost(step, 12);
  const size = mustBeBesideRows(step, [0, 1, 2, 3, 4, 5, 9]);
  constantsAt(step, [6, 7, 8, 11]);
  mustSuitScores(step.inputs[10], size);
  return results(step, () => unknownSizes(step, size, 3), () => unknownSizes(step, size, 4)); // prettier-ignore
};

/** ai.onnx, from opset 23 on. */
const attention: Rule = (step) => {
  mustHaveAtMost(step, 7);
  const size = mustBeBesideRows(step, [0, 1, 2, 4, 5, 6]);
  mustSuitScores(step.inputs[3], size);
  const [queries, values] = [dimsOf(step.input(0)), dimsOf(step.input(2))];
  const output = () => withRows(queries.length === 4 ? queries.with(3, values[3] ?? Extent.ONE) : queries.with(2, step.unknowns.fresh()), FIRST); // prettier-ignore
  return results(step, output, () => unknownSizes(step, size, 4));
};

/** Turns each place by its position: the rows' own positions, or the same for all. */
function rotary(position: number, tables: readonly number[]): Rule {
  return (step) => {
    const size = mustBeBesideRows(step, [0]);
    constantsAt(step, tables);
    const positions = step.inputs[position];
    if (positions?.rows) mustBeBesideRows(step, [0, position]);
    else if (positions ? !dimsOf(positions).every((dim) => dim.is(1)) : dimsOf(step.input(tables[0] ?? 0)).length !== 2)
      throw new ProofEnd('its positions are not those of the rows'); // prettier-ignore
    return [withRows(dimsOf(step.input(0)).with(0, size), FIRST)];
  };
}

const embedding: Rule = (step) => {
  mustHaveAtMost(step, 9);
  const size = mustBeBesideRows(step, [0, 1, 7]);
  constantsAt(step, [2, 3, 4, 5, 6]);
  const [, length = Extent.ONE] = dimsOf(step.input(0));
  const positions = step.inputs[8];
  if (positions?.rows) mustBeBesideRows(step, [0, 8]);
  else if (positions && dimsOf(positions)[0]?.is(1) !== true) throw new ProofEnd('its positions are not those of the rows'); // prettier-ignore
  const hidden = dimsOf(step.input(2))[1] ?? step.unknowns.fresh();
  const embedded = () => withRows([size, length, hidden], FIRST);
  return results(step, embedded, () => withRows([size], FIRST), embedded); // prettier-ignore
};

/** Adds a bias, then scales by a gate that follows from the tensor itself. */
const gated: Rule = (step) => {
  const { dims, rows } = broadcast(step.given, step.unknowns);
  return [rows ? withRows(dims, rows) : constant(dims)];
};

export const attending: Operators = {
  Attention: attention,
  RotaryEmbedding: rotary(3, [1, 2]),
  'com.microsoft.Attention': selfAttention([1, 2], 3, 4, 5),
  'com.microsoft.MultiHeadAttention': multiHead,
  'com.microsoft.GroupQueryAttention': grouped,
  'com.microsoft.RotaryEmbedding': rotary(1, [2, 3]),
  'com.microsoft.EmbedLayerNormalization': embedding,
  'com.microsoft.BiasAdd': gated,
};
