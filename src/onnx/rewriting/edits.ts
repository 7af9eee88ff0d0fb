import type { TensorSpec } from '../../tensors/index.js';
import { rewriteId, type Rewrite, type RewriteKind } from './rewrite.js';

/** What becomes of a graph's fields; every field that is not named stays as it is, byte by byte, in its place. */
export interface Edits {
  /** By index among the graph's fields: what stands there instead, tags included; null for nothing. */
  readonly graph: Map<number, Buffer | null>;
  /** Fields put before and after all others of the graph. */
  readonly before: Buffer[];
  readonly after: Buffer[];
  /** Fields put after all others of the model. */
  readonly model: Buffer[];
}

/** What the signature says of an input or output beyond what the runtime tells. */
export type Annotation = Pick<TensorSpec, 'classLabels' | 'default' | 'storedAs'>;

/** What is to be done to a graph; grows while one kind of rewrite after the other is looked for. */
export interface RewritePlan {
  readonly rewrites: Rewrite[];
  readonly edits: Edits;
  readonly inputs: Map<string, Annotation>;
  readonly outputs: Map<string, Annotation>;
  /** Whether a rewrite may be planned: all, or those a version was published with. */
  readonly wants: (kind: RewriteKind, tensor: string) => boolean;
}

/** @param only the rewrites wanted; all when left out */
export function emptyPlan(only?: readonly Rewrite[]): RewritePlan {
  const ids = only && new Set(only.map(rewriteId));
  return {
    rewrites: [],
    edits: { graph: new Map(), before: [], after: [], model: [] },
    inputs: new Map(),
    outputs: new Map(),
    wants: (kind, tensor) => ids?.has(rewriteId({ kind, tensor })) ?? true,
  };
}
