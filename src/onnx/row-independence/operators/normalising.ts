import { broadcast } from '../broadcast.js';
import { Extent } from '../extent.js';
import { ProofEnd } from '../proof-end.js';
import { axisOf, dimsOf, isRowAxis, mustBeConstant, mustBeSince, mustLieAlong, type Operators, type Rule, type Step } from '../step.js'; // prettier-ignore
import { constant, withRows, type Followed, type RowAxis } from '../value.js';
import { unchanged } from './reducing.js';

function mustBeParameters(step: Step, from = 1): void {
  for (const other of step.inputs.slice(from)) mustBeConstant(other, 'its scale or bias');
}

/** Inference: every element by the mean and variance that were learned for its channel. */
const batchNormalization: Rule = (step) => {
  // It trained unless it was told not to, and so did Dropout.
  mustBeSince(step, 7);
  const input = step.input(0);
  mustBeParameters(step);
  const trains = step.int('training_mode', 0) !== 0 || step.node.outputs.slice(1).some((name) => name !== '');
  if (trains) throw new ProofEnd('it takes mean and variance over all rows, as in training');
  if (step.opset < 9 && step.int('spatial', 1) === 0)
    throw new ProofEnd('its way before opset 9 is not followed');
  if (isRowAxis(input, 1)) throw new ProofEnd('the rows lie along the channels');
  return [unchanged(input)];
};

/** Mean and deviation from the given axis on. */
const layerNormalization: Rule = (step) => {
  const input = step.input(0);
  const dims = dimsOf(input);
  mustBeParameters(step);
  const axis = axisOf(step.int('axis', -1), dims.length);
  if (input.rows && input.rows.axis >= axis) throw new ProofEnd('it takes mean and variance over the rows');
  const shape = broadcast([input, ...step.given.slice(1)], step.unknowns);
  const statistics = dims.map((size, index) => (index < axis ? size : Extent.ONE));
  return step.node.outputs.map((_, index) => placed(index === 0 ? shape.dims : statistics, shape.rows));
};

function placed(dims: readonly Extent[], rows: RowAxis | null): Followed {
  return rows ? withRows(dims, rows) : constant(dims);
}

/** The first input and those beside it are added; what they sum to is normalised along the last axis. */
const skipNormalization: Rule = (step) => {
  const [input, skip] = [step.input(0), step.input(1)];
  mustBeParameters(step, 2);
  const { dims, rows } = broadcast([input, skip], step.unknowns);
  if (rows?.axis === dims.length - 1) throw new ProofEnd('it takes mean and variance over the rows');
  broadcast([{ dims, rows }, ...step.inputs.slice(2).filter((other) => other !== undefined)], step.unknowns);
  const statistics = dims.with(-1, Extent.ONE);
  return step.node.outputs.map((_, index) => placed(index === 1 || index === 2 ? statistics : dims, rows));
};

/** Within each channel, or each group of channels, of a picture. */
const withinPicture: Rule = (step) => {
  const input = step.input(0);
  mustBeParameters(step);
  mustLieAlong(input, 0);
  return [unchanged(input)];
};

const meanVariance: Rule = (step) => {
  if (step.opset < 9) throw new ProofEnd('its way before opset 9 is not followed');
  const input = step.input(0);
  const rank = dimsOf(input).length;
  const axes = (step.ints('axes') ?? [0, 2, 3]).map((axis) => axisOf(axis, rank));
  if (input.rows && axes.includes(input.rows.axis))
    throw new ProofEnd('it takes mean and variance over the rows');
  return [unchanged(input)];
};

const localResponse: Rule = (step) => {
  const input = step.input(0);
  if (isRowAxis(input, 1)) throw new ProofEnd('the rows lie along the channels');
  return [unchanged(input)];
};

/** Outside training it changes nothing. */
const dropout: Rule = (step) => {
  mustBeSince(step, 7);
  const input = step.input(0);
  const trains = step.has(2) && step.input(2).elements?.values[0]?.is(0) !== true;
  if (trains || step.int('is_test', 1) === 0) throw new ProofEnd('it may draw at random, as in training');
  return step.node.outputs.map((_, index) => (index === 0 ? input : { ...unchanged(input) }));
};

export const normalising: Operators = {
  BatchNormalization: { rule: batchNormalization, isRandom: true },
  LayerNormalization: layerNormalization,
  SimplifiedLayerNormalization: layerNormalization,
  RMSNormalization: layerNormalization,
  'com.microsoft.SimplifiedLayerNormalization': layerNormalization,
  'com.microsoft.SkipLayerNormalization': skipNormalization,
  'com.microsoft.SkipSimplifiedLayerNormalization': skipNormalization,
  InstanceNormalization: withinPicture,
  GroupNormalization: withinPicture,
  'com.microsoft.GroupNorm': withinPicture,
  MeanVarianceNormalization: meanVariance,
  LRN: localResponse,
  Dropout: { rule: dropout, isRandom: true },
};
