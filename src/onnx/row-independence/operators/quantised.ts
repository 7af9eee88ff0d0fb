import { broadcast } from '../broadcast.js';
import { Extent } from '../extent.js';
import { ProofEnd } from '../proof-end.js';
import { axisOf, dimsOf, isRowAxis, mustBeConstant, type Operators, type Rule, type Step } from '../step.js';
import { constant, withRows, type Followed } from '../value.js';
import { matrixProduct, ofShape, shapeOf } from './products.js';
import { convolve } from './windows.js';

/** Scale and zero point are numbers, or one for each place along an axis that is not the rows'. */
const scaled: Rule = (step) => {
  const input = step.input(0);
  for (const other of step.inputs.slice(1)) {
    mustBeConstant(other, 'its scale');
    const dims = other?.dims;
    const isOne = dims?.every((size) => size.is(1)) === true;
    if (!input.rows || isOne) continue;
    if (dims?.length !== 1 || step.int('block_size', 0) !== 0) throw new ProofEnd('its scales are not one for all rows'); // prettier-ignore
    if (isRowAxis(input, axisOf(step.int('axis', 1), dimsOf(input).length))) throw new ProofEnd('every row has a scale of its own'); // prettier-ignore
  }
  const { dims, rows } = input;
  return [rows && dims ? withRows(dims, rows) : constant(dims)];
};

/** The scale is made for the tensor at hand, from the smallest and the largest number of all its rows. */
const dynamically: Rule = () => {
  throw new ProofEnd('its scale comes from the smallest and the largest number of all rows together');
};

/** Matrices among whole numbers. What belongs to the left one may differ along its lines, which may be rows. */
function integerProduct(left: number, right: number, ofLeft: readonly number[]): Rule {
  return (step) => {
    for (const [index, other] of step.inputs.entries())
      if (index !== left && index !== right) mustBeConstant(other, 'its scale or zero point');
    for (const index of ofLeft) mustBeOneNumber(step, index, step.input(left));
    const shape = matrixProduct(shapeOf(step.input(left)), shapeOf(step.input(right)), step.unknowns);
    if (step.input(right).rows) mustBeOneNumbers(step, left, right, ofLeft);
    return [ofShape(shape)];
  };
}

function mustBeOneNumber(step: Step, index: number, input: Followed): void {
  const parameter = step.inputs[index];
  if (!parameter || !input.rows) return;
  if (parameter.dims?.every((size) => size.is(1)) !== true)
    throw new ProofEnd('its scales are not one for all rows');
}

/** With rows in the right factor its parameters must be the same for all as well. */
function mustBeOneNumbers(step: Step, left: number, right: number, ofLeft: readonly number[]): void {
  for (const index of step.inputs.keys())
    if (index !== left && index !== right && !ofLeft.includes(index)) mustBeOneNumber(step, index, step.input(right)); // prettier-ignore
}

const integerConvolution: Rule = (step) => {
  mustBeOneNumber(step, 2, step.input(0));
  return convolve(0, 1)(step);
};

/** Two quantised tensors laid over each other, each followed by its scale and zero point. */
const quantisedPair: Rule = (step) => {
  const [one, other] = [step.input(0), step.input(3)];
  for (const index of [1, 2, 4, 5, 6, 7]) {
    mustBeConstant(step.inputs[index], 'its scale');
    if (step.inputs[index]?.dims?.every((size) => size.is(1)) === false) throw new ProofEnd('its scales are not one for all rows'); // prettier-ignore
  }
  return [ofShape(broadcast([one, other], step.unknowns))];
};

const quantisedSoftmax: Rule = (step) => {
  const input = step.input(0);
  const rank = dimsOf(input).length;
  for (const other of step.inputs.slice(1)) mustBeConstant(other, 'its scale');
  const axis = axisOf(step.int('axis', -1), rank);
  const meets = step.int('opset', 13) < 13 ? (input.rows?.axis ?? -1) >= axis : input.rows?.axis === axis;
  if (meets) throw new ProofEnd('it takes the rows together');
  return [ofShape(shapeOf(input))];
};

const quantisedConcat: Rule = (step) => {
  const values = step.inputs.slice(2).filter((_, index) => index % 3 === 0);
  for (const [index, other] of step.inputs.entries())
    if (index < 2 || (index - 2) % 3 !== 0) mustBeConstant(other, 'its scale');
  const [first] = values;
  if (!first) throw new ProofEnd('it is given nothing');
  const axis = axisOf(step.int('axis', 1), dimsOf(first).length);
  for (const value of values) {
    if (!value?.rows) throw new ProofEnd('rows are laid beside what is no row of its own');
    const size = dimsOf(value)[value.rows.axis];
    const own = first.rows;
    if (value.rows.axis === axis || own?.axis !== value.rows.axis || !own.before.equals(value.rows.before) || !size || !dimsOf(first)[own.axis]?.equals(size)) throw new ProofEnd('rows that are cut differently are laid side by side'); // prettier-ignore
  }
  const size = values.map((value) => (value ? (dimsOf(value)[axis] ?? Extent.ONE) : Extent.ONE)).reduce((a, b) => step.unknowns.sum(a, b)); // prettier-ignore
  return [ofShape({ dims: dimsOf(first).with(axis, size), rows: first.rows })];
};

export const quantised: Operators = {
  QuantizeLinear: scaled,
  DequantizeLinear: scaled,
  'com.microsoft.QuantizeLinear': scaled,
  'com.microsoft.DequantizeLinear': scaled,
  DynamicQuantizeLinear: dynamically,
  'com.microsoft.DynamicQuantizeMatMul': dynamically,
  'com.microsoft.DynamicQuantizeLSTM': dynamically,
  MatMulInteger: integerProduct(0, 1, [2]),
  QLinearMatMul: integerProduct(0, 3, [1, 2, 6, 7]),
  'com.microsoft.MatMulIntegerToFloat': integerProduct(0, 1, [2, 4]),
  ConvInteger: integerConvolution,
  QLinearConv: convolve(0, 3),
  'com.microsoft.QLinearConv': convolve(0, 3),
  'com.microsoft.QLinearAdd': quantisedPair,
  'com.microsoft.QLinearMul': quantisedPair,
  'com.microsoft.QLinearSigmoid': scaled,
  'com.microsoft.QLinearLeakyRelu': scaled,
  'com.microsoft.QLinearSoftmax': quantisedSoftmax,
  'com.microsoft.QLinearConcat': quantisedConcat,
};
