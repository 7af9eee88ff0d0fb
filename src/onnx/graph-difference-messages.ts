import type { GraphDifference } from './difference/graph-difference.js';
import type { ModelProblemCode } from './model-problem.js';

/** To the child, once: it compares two files and ends. */
export interface GraphDifferenceRequest {
  readonly base: string;
  readonly target: string;
}

export type GraphDifferenceReply =
  | { readonly type: 'compared'; readonly difference: GraphDifference }
  | { readonly type: 'refused'; readonly code: ModelProblemCode; readonly message: string }
  | { readonly type: 'failed'; readonly message: string };
