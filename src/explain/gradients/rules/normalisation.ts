import { NoGradientGraph } from '../gradient-refusal.js';
import { gradientOf, input, output, type Rule, type Step } from './rule.js';

/** With stored statistics: an affine map of each channel. */
const batchNormalization: Rule = (step) => {
  const { tape, node } = step;
  for (const place of [1, 2, 3, 4])
    if (step.isActive(place)) throw new NoGradientGraph('operator BatchNormalization takes its statistics from the inputs'); // prettier-ignore
  if (node.attributes.get('training_mode')?.int === 1)
    throw new NoGradientGraph('operator BatchNormalization is in training mode');
  const epsilon = node.attributes.get('epsilon')?.float ?? 1e-5;
  const variance = input(step, 4);
  const deviation = tape.node('Sqrt', [tape.node('Add', [variance, tape.scalar(variance, epsilon)])]);
  const factor = tape.node('Div', [input(step, 1), deviation]);
  const rank = tape.rank(input(step, 0), node);
  const shape = tape.whole([1, -1, ...new Array<number>(Math.max(0, rank - 2)).fill(1)]);
  return { 0: tape.node('Mul', [gradientOf(step), tape.node('Reshape', [factor, shape])]) };
};

/** (x − mean) / √(variance + ε) · scale + bias over the last axes: s · (g − mean(g) − x̂ · mean(g x̂)) for scaled g. */
const layerNormalization: Rule = (step) => {
  const { tape, node } = step;
  if (step.isActive(1) || step.isActive(2))
    throw new NoGradientGraph('operator LayerNormalization takes its scale from the inputs');
  const x = input(step, 0);
  const axis = node.attributes.get('axis')?.int ?? -1;
  const rank = tape.rank(x, node);
  const first = axis < 0 ? axis + rank : axis;
  const axes = Array.from({ length: rank - first }, (_, at) => first + at);
  const epsilon = tape.scalar(x, node.attributes.get('epsilon')?.float ?? 1e-5);
  const centred = tape.node('Sub', [x, tape.reduce('ReduceMean', x, axes)]);
  const variance = tape.reduce('ReduceMean', tape.node('Mul', [centred, centred]), axes);
  const inverse = tape.node('Reciprocal', [tape.node('Sqrt', [tape.node('Add', [variance, epsilon])])]);
  const normal = tape.node('Mul', [centred, inverse]);
  const g = tape.node('Mul', [gradientOf(step), input(step, 1)]);
  const along = tape.node('Mul', [normal, tape.reduce('ReduceMean', tape.node('Mul', [g, normal]), axes)]);
  const rest = tape.node('Sub', [tape.node('Sub', [g, tape.reduce('ReduceMean', g, axes)]), along]);
  return { 0: tape.node('Mul', [inverse, rest]) };
};

const axisOf = ({ node }: Step) => node.attributes.get('axis')?.int ?? -1;

const softmax: Rule = (step) => {
  const { tape } = step;
  const [y, g] = [output(step), gradientOf(step)];
  const sum = tape.reduce('ReduceSum', tape.node('Mul', [g, y]), [axisOf(step)]);
  return { 0: tape.node('Mul', [y, tape.node('Sub', [g, sum])]) };
};

const logSoftmax: Rule = (step) => {
  const { tape } = step;
  const g = gradientOf(step);
  const sum = tape.reduce('ReduceSum', g, [axisOf(step)]);
  return { 0: tape.node('Sub', [g, tape.node('Mul', [tape.node('Exp', [output(step)]), sum])]) };
};

export const normalisationRules: Readonly<Record<string, Rule>> = {
  BatchNormalization: batchNormalization,
  LayerNormalization: layerNormalization,
  Softmax: softmax,
  LogSoftmax: logSoftmax,
};
