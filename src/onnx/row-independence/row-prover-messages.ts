import type { HeldInput, RowProof } from './row-proof.js';

export interface RowProverRequest {
  readonly path: string;
  readonly held: readonly HeldInput[];
}

export type RowProverReply = { readonly proof: RowProof } | { readonly failure: string };
