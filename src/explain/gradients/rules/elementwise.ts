import { NoGradientGraph } from '../gradient-refusal.js';
import type { Tape } from '../tape.js';
import { gradientOf, input, output, type Rule, type Step } from './rule.js';

/** dy/dx of a function of one number, from x and y. */
type Derivative = (tape: Tape, x: string, y: string, step: Step) => string;

const of =
  (derivative: Derivative): Rule =>
  (step) => ({
    0: step.tape.node('Mul', [gradientOf(step), derivative(step.tape, input(step, 0), output(step), step)]),
  });

/** The gradient where a condition on x holds, and another where it does not: no number is multiplied by 0. */
const choice =
  (positive: (step: Step) => string, negative: (step: Step) => string): Rule =>
  (step) => {
    const x = input(step, 0);
    const isPositive = step.tape.node('Greater', [x, step.tape.scalar(x, 0)]);
    return { 0: step.tape.node('Where', [isPositive, positive(step), negative(step)]) };
  };
const same = (step: Step) => gradientOf(step);
const none = (step: Step) => step.tape.scalar(input(step, 0), 0);
const scaled = (step: Step, factor: number) => step.tape.node('Mul', [gradientOf(step), step.tape.scalar(input(step, 0), factor)]); // prettier-ignore
const attribute = ({ node }: Step, name: string, value: number) => node.attributes.get(name)?.float ?? value;
/** y + plus, times a factor. */
const shifted = (step: Step, plus: number, factor = 1) =>
  step.tape.node('Mul', [
    scaled(step, factor),
    step.tape.node('Add', [output(step), step.tape.scalar(input(step, 0), plus)]),
  ]);

const SELU = { alpha: 1.67326319217681884765625, gamma: 1.05070102214813232421875 };

const gelu: Derivative = (tape, x, _, { node }) => {
  if ((node.attributes.get('approximate')?.text ?? 'none') !== 'none')
    throw new NoGradientGraph('operator Gelu is approximated');
  const scale = (value: string, factor: number) => tape.node('Mul', [value, tape.scalar(x, factor)]);
  const share = scale(tape.node('Add', [tape.node('Erf', [scale(x, Math.SQRT1_2)]), tape.scalar(x, 1)]), 0.5);
  const density = scale(
    tape.node('Exp', [scale(tape.node('Mul', [x, x]), -0.5)]),
    1 / Math.sqrt(2 * Math.PI),
  );
  return tape.node('Add', [share, tape.node('Mul', [x, density])]);
};

const clip: Rule = (step) => {
  const { tape } = step;
  const [x, least, most] = [input(step, 0), input(step, 1), input(step, 2)];
  let gradient = gradientOf(step);
  const keep = (operator: string, bound: string) => {
    if (bound !== '') gradient = tape.node('Where', [tape.node(operator, [x, bound]), gradient, tape.scalar(x, 0)]); // prettier-ignore
  };
  keep('GreaterOrEqual', least);
  keep('LessOrEqual', most);
  return { 0: gradient };
};

const one = (tape: Tape, x: string) => tape.scalar(x, 1);

export const elementwiseRules: Readonly<Record<string, Rule>> = {
  Identity: (step) => ({ 0: gradientOf(step) }),
  Dropout: (step) => ({ 0: gradientOf(step) }),
  Neg: (step) => ({ 0: step.tape.node('Neg', [gradientOf(step)]) }),
  Abs: of((tape, x) => tape.node('Sign', [x])),
  Exp: of((_, __, y) => y),
  Log: of((tape, x) => tape.node('Reciprocal', [x])),
  Sqrt: of((tape, x, y) => tape.node('Div', [tape.scalar(x, 0.5), y])),
  Reciprocal: of((tape, _, y) => tape.node('Neg', [tape.node('Mul', [y, y])])),
  Sin: of((tape, x) => tape.node('Cos', [x])),
  Cos: of((tape, x) => tape.node('Neg', [tape.node('Sin', [x])])),
  Erf: of((tape, x) => tape.node('Mul', [tape.scalar(x, 2 / Math.sqrt(Math.PI)), tape.node('Exp', [tape.node('Neg', [tape.node('Mul', [x, x])])])])), // prettier-ignore
  Sigmoid: of((tape, x, y) => tape.node('Mul', [y, tape.node('Sub', [one(tape, x), y])])),
  Tanh: of((tape, x, y) => tape.node('Sub', [one(tape, x), tape.node('Mul', [y, y])])),
  Softplus: of((tape, x) => tape.node('Sigmoid', [x])),
  Gelu: of(gelu),
  Relu: choice(same, none),
  LeakyRelu: choice(same, (step) => scaled(step, attribute(step, 'alpha', 0.01))),
  Elu: choice(same, (step) => shifted(step, attribute(step, 'alpha', 1))),
  Selu: choice(
    (step) => scaled(step, attribute(step, 'gamma', SELU.gamma)),
    (step) => shifted(step, attribute(step, 'gamma', SELU.gamma) * attribute(step, 'alpha', SELU.alpha)),
  ),
  Clip: clip,
  Cast: (step) => {
    const { tape } = step;
    tape.real(output(step));
    return { 0: tape.node('Cast', [gradientOf(step)], { to: BigInt(tape.real(input(step, 0))) }) };
  },
};
