// The entry of the child process that writes gradient graphs. It ends when the parent closes the channel.
import { problemOf } from '../../onnx/index.js';
import type { ChildReply } from '../children/asked-processes.js';
import { writeGradientGraph, type GradientWish } from './gradient-graph.js';
import { NoGradientGraph } from './gradient-refusal.js';

process.on('message', (wish: GradientWish) => process.send?.(reply(wish)));

function reply(wish: GradientWish): ChildReply<string> {
  try {
    return { type: 'answer', answer: writeGradientGraph(wish) };
  } catch (error) {
    if (error instanceof NoGradientGraph) return { type: 'refused', message: error.message };
    const problem = problemOf(error);
    if (problem !== undefined) return { type: 'refused', message: problem.message };
    return {
      type: 'failed',
      message: error instanceof Error ? (error.stack ?? error.message) : String(error),
    };
  }
}
