import type { RawTensor } from '../tensors/index.js';

/** What a caller sent, as far as it was answered. */
export type Asked =
  | { readonly operation: 'INFER'; readonly inputs: readonly RawTensor[] }
  | { readonly operation: 'PREDICT'; readonly instances: readonly unknown[] };

/** Called for the few requests that are recorded, after they were answered. */
export type TellAsked = () => Asked;
