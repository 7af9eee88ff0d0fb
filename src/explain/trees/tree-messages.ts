import type { ForestAnswer, ForestDescription, ForestQuestion } from './forest-answers.js';
import type { RowInput } from './tree-graph.js';

/** The number of a stored graph that is asked about. */
export interface TreeTarget {
  /** The file that is loaded, and what lies beside it. */
  readonly path: string;
  readonly data: readonly { readonly name: string; readonly path: string }[];
  readonly inputs: readonly RowInput[];
  readonly output: string;
  readonly element: number;
}

export interface TreeQuestion {
  readonly target: TreeTarget;
  /** Null: what trees there are. */
  readonly explain: ForestQuestion | null;
}

export interface TreeAnswer {
  readonly description: ForestDescription;
  readonly explanation: ForestAnswer | null;
}
