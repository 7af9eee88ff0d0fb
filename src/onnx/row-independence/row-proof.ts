/** Raised when the rules change what they prove: what was found by others is found anew. */
export const ROW_RULES = 4;

/** Whether a graph answers each row of its inputs as if it were alone, whatever the others hold and however many there are. */
export type RowProof = {
  readonly rules: number;
  /** Inputs that are looked up in a table: how many lines that has. */
  readonly tables: Readonly<Record<string, number>>;
} & (
  | { readonly proven: true; readonly reason: null }
  /** The operator that ended the proof, and why. */
  | { readonly proven: false; readonly reason: string }
);

/** An input that requests may leave out, with the shape of the value it has then. */
export interface HeldInput {
  readonly name: string;
  readonly shape: readonly number[];
}
