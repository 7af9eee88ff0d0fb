import type { StoredTensor } from './stored-tensor.js';

/** What a graph is made of, with its weights left in the file. */
export interface GraphOutline {
  /** What the file says of itself, by a name people read: `IR version`, `operator set ai.onnx`, `metadata "task"`. */
  readonly properties: ReadonlyMap<string, string>;
  /** In the file's order, which is that of computation; those of subgraphs and functions after the node that has them. */
  readonly nodes: readonly OutlineNode[];
  readonly tensors: readonly StoredTensor[];
}

export interface OutlineNode {
  readonly scope: string;
  /** The way to it without names: `Loop.body`, so that scopes of renamed nodes can be told to be the same. */
  readonly scopeKind: string;
  /** May be empty. */
  readonly name: string;
  /** `Relu`, or `com.example.Thing`. */
  readonly operator: string;
  /** What each input is. */
  readonly inputs: readonly Value[];
  readonly outputs: readonly string[];
  /** Small ones as text, large ones as their digest. */
  readonly attributes: ReadonlyMap<string, string>;
}

/** Where the value of a node's input comes from. */
export type Value =
  | { readonly kind: 'none' }
  | { readonly kind: 'input'; readonly name: string; readonly scopeKind: string; readonly index: number }
  | { readonly kind: 'tensor'; readonly tensor: number; readonly name: string }
  | { readonly kind: 'node'; readonly node: number; readonly output: number; readonly name: string }
  | { readonly kind: 'unknown'; readonly name: string };
