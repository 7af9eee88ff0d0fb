import type { RowProof } from '../../onnx/index.js';

export type RowIndependence = 'PROVEN' | 'DECLARED' | 'UNPROVEN' | 'REFUTED';

/** Whether the answer to a row depends on that row alone, and how that is known. */
export interface RowVerdict {
  readonly independence: RowIndependence;
  /** What ended the proof, or what the trials contradicted; null when PROVEN. */
  readonly reason: string | null;
}

/** What trials on made-up rows said. */
export type TrialOutcome =
  /** Largest difference between together and alone; null where the model took none of the rows. */
  | { readonly agrees: true; readonly maxDifference: number | null }
  | { readonly agrees: false; readonly how: string };

/**
 * Rows run together where this says PROVEN or DECLARED, and nowhere else. A trial that contradicts wins over the graph and
 * over the publisher's word; one that agrees proves nothing.
 */
export function verdictOf(proof: RowProof, declared: boolean, trials: TrialOutcome | null): RowVerdict {
  if (trials?.agrees === false) return { independence: 'REFUTED', reason: trials.how };
  if (proof.proven) return { independence: 'PROVEN', reason: null };
  return { independence: declared ? 'DECLARED' : 'UNPROVEN', reason: proof.reason };
}

export function mayRunTogether({ independence }: RowVerdict): boolean {
  return independence === 'PROVEN' || independence === 'DECLARED';
}
