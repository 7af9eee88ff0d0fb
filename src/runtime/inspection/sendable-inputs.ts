import { MAX_ELEMENTS, MAX_RANK } from '../../tensors/index.js';
import { ModelProblem } from '../../onnx/index.js';
import { formatShape } from '../../tensors/index.js';
import type { Signature } from '../../tensors/index.js';

/**
 * Refuses a graph that no request could call: with a value that has no name, or an input that no tensor can be sent for.
 * @throws ModelProblem
 */
export function refuseUncallable({ inputs, outputs }: Signature): void {
  for (const [role, specs] of [
    ['Input', inputs],
    ['Output', outputs],
  ] as const)
    for (const [index, { name }] of specs.entries())
      // In ONNX the empty name says that an optional value is left out (IR, "Optional Inputs and Outputs").
      if (name === '')
        throw new ModelProblem(
          'INVALID_MODEL',
          `${role} ${index + 1} of ${specs.length} has an empty name, by which it cannot be given: name it and export again`,
        );
  for (const { name, shape } of inputs) {
    if (shape.length > MAX_RANK)
      throw new ModelProblem(
        'UNSUPPORTED_MODEL',
        `Input "${name}" has ${shape.length} dimensions, expected at most ${MAX_RANK}, the most a tensor may have: reshape it inside the graph, and export again`,
      );
    const elements = shape.reduce((product, size) => product * Math.max(1, size), 1);
    if (elements > MAX_ELEMENTS)
      throw new ModelProblem(
        'UNSUPPORTED_MODEL',
        `Input "${name}" has the shape ${formatShape(shape)}, which is more than ${MAX_ELEMENTS} elements, the most a tensor may have: export with smaller dimensions`,
      );
  }
}
