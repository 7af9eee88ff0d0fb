import { NoGradientGraph } from '../gradient-refusal.js';
import { gradientOf, input, output, type Rule, type Step } from './rule.js';

/** The same elements in another shape. */
const reshaped: Rule = (step) => ({ 0: step.tape.node('Reshape', [gradientOf(step), step.tape.shape(input(step, 0))]) }); // prettier-ignore

const transpose: Rule = (step) => {
  const perm = Array.from(step.node.attributes.get('perm')?.ints ?? []);
  const back = perm.map((_, axis) => BigInt(perm.indexOf(axis)));
  return { 0: step.tape.node('Transpose', [gradientOf(step)], perm.length === 0 ? {} : { perm: back }) };
};

const concat: Rule = (step) => {
  const { tape, node } = step;
  const axis = node.attributes.get('axis')?.int ?? 0;
  const sizes = node.inputs.map((name) => tape.node('Gather', [tape.shape(name), tape.whole([axis])]));
  const parts = tape.many('Split', [gradientOf(step), tape.node('Concat', sizes, { axis: 0n })], { axis: BigInt(axis) }, sizes.length); // prettier-ignore
  return Object.fromEntries(parts.flatMap((part, place) => (step.isActive(place) ? [[place, part]] : [])));
};

const split: Rule = ({ tape, node, gradients }) => {
  const axis = BigInt(node.attributes.get('axis')?.int ?? 0);
  const parts = node.outputs.map((name, at) => gradients[at] ?? tape.zeros(name));
  return { 0: tape.node('Concat', parts, { axis }) };
};

/** The places of the chosen elements are what the same choice makes of all places. */
const chosen =
  (areUnique: boolean): Rule =>
  ({ tape, node, gradients }) => {
    const [x = '', ...how] = node.inputs;
    const axis = node.attributes.get('axis')?.int ?? null;
    const places = tape.node(node.operator, [tape.places(x), ...how], axis === null ? {} : { axis: BigInt(axis) }); // prettier-ignore
    return { 0: tape.scatter(gradients[0] ?? '', places, x, areUnique) };
  };

const pad: Rule = (step) => {
  const { tape, node } = step;
  if ((node.attributes.get('mode')?.text ?? 'constant') !== 'constant')
    throw new NoGradientGraph('operator Pad repeats elements');
  const pads = tape.facts(input(step, 1)).constant?.values;
  if (pads === undefined || pads.some((size) => size < 0) || input(step, 3) !== '')
    throw new NoGradientGraph('operator Pad has no constant sizes');
  const starts = tape.whole(Array.from(pads.slice(0, pads.length / 2)));
  return { 0: tape.node('Slice', [gradientOf(step), starts, tape.node('Add', [starts, tape.shape(input(step, 0))])]) }; // prettier-ignore
};

/** Axes that a reduction took away, put back with one element. */
function widened(step: Step, value: string): string {
  const { tape, node } = step;
  if ((node.attributes.get('keepdims')?.int ?? 1) === 1) return value;
  const attribute = Array.from(node.attributes.get('axes')?.ints ?? []);
  const given = input(step, 1);
  if (attribute.length === 0 && given === '') return value;
  const axes = attribute.length > 0 ? tape.whole(attribute) : given;
  return tape.node('Unsqueeze', [value, axes]);
}

/** Over how many elements each result was taken. */
function count(step: Step): string {
  const { tape } = step;
  const size = tape.node('Div', [tape.node('Size', [input(step, 0)]), tape.node('Size', [output(step)])]);
  return tape.node('Cast', [size], { to: BigInt(tape.real(input(step, 0))) });
}

const reduceSum: Rule = (step) => ({ 0: step.tape.node('Expand', [widened(step, gradientOf(step)), step.tape.shape(input(step, 0))]) }); // prettier-ignore
const reduceMean: Rule = (step) => ({ 0: step.tape.node('Div', [reduceSum(step)[0] ?? '', count(step)]) });

/** To all elements that are the greatest, in equal parts. */
const greatest: Rule = (step) => {
  const { tape } = step;
  const x = input(step, 0);
  const isMost = tape.node('Equal', [x, tape.node('Expand', [widened(step, output(step)), tape.shape(x)])]);
  const mask = tape.node('Cast', [isMost], { to: BigInt(tape.real(x)) });
  // How many share each maximum: the same reduction, of sums.
  const ties = sumLike(step, mask);
  const share = tape.node('Div', [gradientOf(step), ties]);
  const wide = tape.node('Expand', [widened(step, share), tape.shape(x)]);
  return { 0: tape.node('Where', [isMost, wide, tape.scalar(x, 0)]) };
};

function sumLike({ tape, node }: Step, value: string): string {
  const keepdims = BigInt(node.attributes.get('keepdims')?.int ?? 1);
  if (node.operator === 'GlobalMaxPool') {
    const rank = tape.rank(node.inputs[0] ?? '', node);
    return tape.reduce(
      'ReduceSum',
      value,
      Array.from({ length: rank - 2 }, (_, axis) => axis + 2),
    );
  }
  const attribute = Array.from(node.attributes.get('axes')?.ints ?? []);
  const axes = attribute.length > 0 ? tape.whole(attribute) : (node.inputs[1] ?? '');
  return tape.node('ReduceSum', axes === '' ? [value] : [value, axes], { keepdims });
}

/** The runtime tells where each maximum was; windows may overlap. */
const maxPool: Rule = ({ tape, node, gradients }) => {
  const [x = ''] = node.inputs;
  const attributes: Record<string, bigint | string | readonly bigint[]> = {};
  for (const [name, { int, ints, text }] of node.attributes)
    if (ints.length > 0) attributes[name] = Array.from(ints, BigInt);
    else if (text !== null) attributes[name] = text;
    else if (int !== null) attributes[name] = BigInt(int);
  if (attributes.storage_order === 1n) throw new NoGradientGraph('operator MaxPool stores columns first');
  const [, places = ''] = tape.many('MaxPool', [x], attributes, 2);
  return { 0: tape.scatter(gradients[0] ?? '', places, x, false) };
};

export const shapeRules: Readonly<Record<string, Rule>> = {
  Reshape: reshaped,
  Flatten: reshaped,
  Squeeze: reshaped,
  Unsqueeze: reshaped,
  Transpose: transpose,
  Concat: concat,
  Split: split,
  Slice: chosen(true),
  Gather: chosen(false),
  Pad: pad,
  ReduceSum: reduceSum,
  ReduceMean: reduceMean,
  ReduceMax: greatest,
  GlobalAveragePool: reduceMean,
  GlobalMaxPool: greatest,
  MaxPool: maxPool,
};
