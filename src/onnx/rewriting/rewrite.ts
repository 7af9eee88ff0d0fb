/** Rises when the same artifact would be rewritten into other bytes: what an older one wrote is then made anew. */
export const REWRITER_VERSION = 1;

/**
 * ZIP_MAP_REMOVED: an output that was a sequence of maps is a tensor of probabilities, and its classes are in the
 * signature. OPTIONAL_INPUT: an initializer that is an input too has become an input that may be left out. INPUT_CAST,
 * OUTPUT_CAST: a tensor of a type that no request can carry is one of a wider type at the edge of the graph.
 */
export const REWRITE_KINDS = ['ZIP_MAP_REMOVED', 'OPTIONAL_INPUT', 'INPUT_CAST', 'OUTPUT_CAST'] as const;
export type RewriteKind = (typeof REWRITE_KINDS)[number];

/** One thing that was changed between an artifact and the graph that is loaded in its place. */
export interface Rewrite {
  readonly kind: RewriteKind;
  /** Name of the input or output it is about. */
  readonly tensor: string;
}

/** The same for the same change. */
export function rewriteId({ kind, tensor }: Rewrite): string {
  return `${kind} ${tensor}`;
}
