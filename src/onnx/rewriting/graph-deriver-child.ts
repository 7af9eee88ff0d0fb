// The entry of a child process that writes the graph of a version that was published with rewrites once more, since the
// cache may have lost it. It answers one request and ends.
import type { DeriveReply, DeriveRequest } from './graph-deriver.js';
import { problemOf } from '../model-problem.js';
import { deriveAgain } from './derive-graph.js';

process.once('message', ({ path, target, rewrites }: DeriveRequest) => {
  process.send?.(reply(path, target, rewrites), () => process.disconnect());
});

function reply(path: string, target: string, rewrites: DeriveRequest['rewrites']): DeriveReply {
  try {
    return { type: 'derived', sha256: deriveAgain(path, target, rewrites) };
  } catch (error) {
    const problem = problemOf(error);
    if (problem !== undefined) return { type: 'refused', code: problem.code, message: problem.message };
    return {
      type: 'failed',
      message: error instanceof Error ? (error.stack ?? error.message) : String(error),
    };
  }
}
