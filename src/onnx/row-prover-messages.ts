import type { RowProof } from './row-independence/row-proof.js';

export interface RowProverRequest {
  readonly path: string;
}

export type RowProverReply = { readonly proof: RowProof } | { readonly failure: string };
