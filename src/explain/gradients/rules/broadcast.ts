import { gradientOf, input, output, type Rule, type Step } from './rule.js';

/** The gradients of the inputs that need one, each summed to its input's shape. */
function each(step: Step, of: (place: number) => string): Record<number, string> {
  const found: Record<number, string> = {};
  for (const [place, name] of step.node.inputs.entries())
    if (step.isActive(place)) found[place] = step.tape.sumTo(of(place), name);
  return found;
}

const power: Rule = (step) => {
  const { tape } = step;
  const [x, exponent, g] = [input(step, 0), input(step, 1), gradientOf(step)];
  return each(step, (place) => {
    if (place === 1) return tape.node('Mul', [g, tape.node('Mul', [output(step), tape.node('Log', [x])])]);
    // The exponent may be of another type.
    const own = tape.node('Cast', [exponent], { to: BigInt(tape.real(x)) });
    const less = tape.node('Sub', [own, tape.scalar(x, 1)]);
    return tape.node('Mul', [g, tape.node('Mul', [own, tape.node('Pow', [x, less])])]);
  });
};

export const broadcastRules: Readonly<Record<string, Rule>> = {
  Add: (step) => each(step, () => gradientOf(step)),
  Sum: (step) => each(step, () => gradientOf(step)),
  Sub: (step) => each(step, (place) => (place === 0 ? gradientOf(step) : step.tape.node('Neg', [gradientOf(step)]))), // prettier-ignore
  Mul: (step) => each(step, (place) => step.tape.node('Mul', [gradientOf(step), input(step, 1 - place)])),
  Div: (step) =>
    each(step, (place) => {
      const share = step.tape.node('Div', [gradientOf(step), input(step, 1)]);
      return place === 0 ? share : step.tape.node('Neg', [step.tape.node('Mul', [share, output(step)])]);
    }),
  Pow: power,
  Where: (step) => {
    const { tape } = step;
    const g = gradientOf(step);
    const zero = tape.scalar(output(step), 0);
    const found: Record<number, string> = {};
    if (step.isActive(1)) found[1] = tape.sumTo(tape.node('Where', [input(step, 0), g, zero]), input(step, 1)); // prettier-ignore
    if (step.isActive(2)) found[2] = tape.sumTo(tape.node('Where', [input(step, 0), zero, g]), input(step, 2)); // prettier-ignore
    return found;
  },
  Expand: (step) => ({ 0: step.tape.sumTo(gradientOf(step), input(step, 0)) }),
};
