import { NoGradientGraph } from '../gradient-refusal.js';
import { gradientOf, input, type Rule, type Step } from './rule.js';

const matMul: Rule = (step) => {
  const { tape } = step;
  const [a, b, g] = [input(step, 0), input(step, 1), gradientOf(step)];
  const found: Record<number, string> = {};
  if (tape.rank(a, step.node) < 2 || tape.rank(b, step.node) < 2)
    throw new NoGradientGraph('operator MatMul has an input of rank 1');
  if (step.isActive(0)) found[0] = tape.sumTo(tape.node('MatMul', [g, turned(step, b)]), a);
  if (step.isActive(1)) found[1] = tape.sumTo(tape.node('MatMul', [turned(step, a), g]), b);
  return found;
};

/** With its last two axes exchanged. */
function turned({ tape, node }: Step, value: string): string {
  const axes = Array.from({ length: tape.rank(value, node) }, (_, axis) => BigInt(axis));
  const [row = 0n, column = 0n] = axes.splice(-2);
  return tape.node('Transpose', [value], { perm: [...axes, column, row] });
}

/** Y = alpha · A′ B′ + beta · C. */
const gemm: Rule = (step) => {
  const { tape, node } = step;
  const [a, b, c, g] = [input(step, 0), input(step, 1), input(step, 2), gradientOf(step)];
  const alpha = node.attributes.get('alpha')?.float ?? 1;
  const beta = node.attributes.get('beta')?.float ?? 1;
  const transA = BigInt(node.attributes.get('transA')?.int ?? 0);
  const transB = BigInt(node.attributes.get('transB')?.int ?? 0);
  const product = (left: string, right: string, transLeft: bigint, transRight: bigint) =>
    tape.node('Gemm', [left, right], { alpha, transA: transLeft, transB: transRight });
  const found: Record<number, string> = {};
  if (step.isActive(0)) found[0] = transA === 0n ? product(g, b, 0n, 1n - transB) : product(b, g, transB, 1n);
  if (step.isActive(1)) found[1] = transB === 0n ? product(a, g, 1n - transA, 0n) : product(g, a, 1n, transA);
  if (c !== '' && step.isActive(2)) found[2] = tape.sumTo(tape.node('Mul', [g, tape.scalar(c, beta)]), c);
  return found;
};

/** By the transposed convolution without padding, cut to where the input lies in the padded one. */
const convolution: Rule = (step) => {
  const { tape, node } = step;
  const [x, weights] = [input(step, 0), input(step, 1)];
  if (step.isActive(1)) throw new NoGradientGraph('operator Conv takes its weights from the inputs');
  const padding = node.attributes.get('auto_pad')?.text ?? 'NOTSET';
  if (padding !== 'NOTSET' && padding !== 'VALID')
    throw new NoGradientGraph(`operator Conv pads by ${padding}`);
  const spatial = tape.rank(x, node) - 2;
  const list = (name: string, value: number) => {
    const ints = node.attributes.get(name)?.ints ?? new Float64Array(0);
    return ints.length === 0 ? Array.from({ length: spatial }, () => value) : Array.from(ints);
  };
  const strides = list('strides', 1);
  const begins = (padding === 'VALID' ? strides.map(() => 0) : list('pads', 0)).slice(0, spatial);
  const full = tape.node('ConvTranspose', [gradientOf(step), weights], {
    strides: strides.map(BigInt),
    dilations: list('dilations', 1).map(BigInt),
    group: BigInt(node.attributes.get('group')?.int ?? 1),
  });
  // What a stride left over at the end, and end padding that the last kernel did not reach.
  const pads = [...new Array<number>(spatial + 4).fill(0), ...strides.map((stride) => stride - 1)];
  const wide = tape.node('Pad', [full, tape.whole(pads)]);
  const axes = tape.whole(Array.from({ length: spatial }, (_, axis) => axis + 2));
  const size = tape.node('Slice', [tape.shape(x), tape.whole([2]), tape.whole([2 + spatial])]);
  const starts = tape.whole(begins);
  return { 0: tape.node('Slice', [wide, starts, tape.node('Add', [starts, size]), axes]) };
};

export const productRules: Readonly<Record<string, Rule>> = {
  MatMul: matMul,
  Gemm: gemm,
  Conv: convolution,
};
