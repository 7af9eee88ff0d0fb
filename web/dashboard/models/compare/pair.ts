/** References to two versions. */
export interface Pair {
  readonly base: string;
  readonly target: string;
}
