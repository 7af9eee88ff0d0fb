// The entry of the child process that compares models, two at a time. Reading is synchronous there, and what the bytes
// make of its memory concerns no other process. It ends when the parent closes the channel.
import { compareGraphs } from './graph-difference.js';
import { fileSha256 } from '../../platform/children/file-sha256.js';
import type { GraphDifferenceReply, GraphDifferenceRequest } from './graph-difference-messages.js';
import { ModelProblem } from '../model-problem.js';

process.on('message', (request: GraphDifferenceRequest) => process.send?.(reply(request)));

function reply({ base, target }: GraphDifferenceRequest): GraphDifferenceReply {
  try {
    for (const { path, digest } of [base, target]) {
      if (digest === null) continue;
      const actual = `sha256:${fileSha256(path)}`;
      if (actual !== digest) return { type: 'damaged', digest, actual };
    }
    return { type: 'compared', difference: compareGraphs(base, target) };
  } catch (error) {
    if (error instanceof ModelProblem) return { type: 'refused', code: error.code, message: error.message };
    return {
      type: 'failed',
      message: error instanceof Error ? (error.stack ?? error.message) : String(error),
    };
  }
}
