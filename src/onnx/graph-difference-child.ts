// The entry of the child process that compares two models. Reading is synchronous there, and what the bytes make of its
// memory concerns nobody else. It ends when the parent has its answer and closes the channel.
import { compareGraphs } from './difference/graph-difference.js';
import type { GraphDifferenceReply, GraphDifferenceRequest } from './graph-difference-messages.js';
import { ModelProblem } from './model-problem.js';

// Kept listening, so that it lives until its answer has been read: an exit may overtake a message.
process.on('message', ({ base, target }: GraphDifferenceRequest) => process.send?.(reply(base, target)));

function reply(base: string, target: string): GraphDifferenceReply {
  try {
    return { type: 'compared', difference: compareGraphs(base, target) };
  } catch (error) {
    if (error instanceof ModelProblem) return { type: 'refused', code: error.code, message: error.message };
    return {
      type: 'failed',
      message: error instanceof Error ? (error.stack ?? error.message) : String(error),
    };
  }
}
