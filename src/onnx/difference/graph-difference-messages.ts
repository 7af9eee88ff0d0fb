import type { GraphDifference } from './graph-difference.js';
import type { ModelProblemCode } from '../model-problem.js';

/** A file, and the digest that its bytes must have. */
export interface StoredGraph {
  readonly path: string;
  /** `sha256:` and 64 hexadecimal digits; null when the bytes have been checked already. */
  readonly digest: string | null;
  /** Files that its tensors lie in, by their `location`. */
  readonly data?: readonly { readonly name: string; readonly path: string }[];
}

/** To the child, which answers each with one reply. */
export interface GraphDifferenceRequest {
  readonly base: StoredGraph;
  readonly target: StoredGraph;
}

export type GraphDifferenceReply =
  | { readonly type: 'compared'; readonly difference: GraphDifference }
  | { readonly type: 'damaged'; readonly digest: string; readonly actual: string }
  | { readonly type: 'refused'; readonly code: ModelProblemCode; readonly message: string }
  | { readonly type: 'failed'; readonly message: string };
