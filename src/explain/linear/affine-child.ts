// The entry of the child process that reads whether graphs are linear. It ends when the parent closes the channel.
import { ModelProblem, readWholeGraph } from '../../onnx/index.js';
import type { ChildReply } from '../children/asked-processes.js';
import { whyNotAffine } from './affine-graph.js';

/** The file that is loaded, and one of its outputs. */
export interface AffineQuestion {
  readonly path: string;
  readonly output: string;
}

/** Why the output is not linear in the inputs; null when it is. */
export interface AffineAnswer {
  readonly why: string | null;
}

process.on('message', (question: AffineQuestion) => process.send?.(reply(question)));

function reply({ path, output }: AffineQuestion): ChildReply<AffineAnswer> {
  try {
    const graph = readWholeGraph(path);
    const why = graph.hasFunctions ? 'it has functions of its own' : whyNotAffine(graph, output);
    return { type: 'answer', answer: { why } };
  } catch (error) {
    if (error instanceof ModelProblem) return { type: 'refused', message: error.message };
    return {
      type: 'failed',
      message: error instanceof Error ? (error.stack ?? error.message) : String(error),
    };
  }
}
