/** A graph as far as rows can be followed through it. Names are as the file has them, byte for byte. */
export interface Graph {
  readonly inputs: readonly DeclaredTensor[];
  readonly outputs: readonly string[];
  readonly constants: ReadonlyMap<string, StoredConstant>;
  readonly nodes: readonly GraphNode[];
}

export interface DeclaredTensor {
  readonly name: string;
  /** Null where no shape is declared, or what is declared is no tensor; a dimension that varies is null. */
  readonly shape: readonly (number | null)[] | null;
}

export interface StoredConstant {
  readonly dims: readonly number[];
  /** Null for what is large, or no number. */
  readonly values: readonly number[] | null;
  readonly whole: boolean;
}

export interface GraphNode {
  readonly name: string;
  readonly operator: string;
  /** '' for ai.onnx. */
  readonly domain: string;
  readonly overload: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes: ReadonlyMap<string, Attribute>;
}

export interface Attribute {
  readonly int: number | null;
  readonly float: number | null;
  readonly text: string | null;
  /** Null when there are more than anything but weights has; the lists below as well. */
  readonly ints: readonly number[] | null;
  readonly floats: readonly number[] | null;
  readonly texts: readonly string[] | null;
  readonly tensor: StoredConstant | null;
  readonly graph: Graph | null;
  /** The attribute of the function around it whose value it has. */
  readonly reference: string | null;
}

/** A function that the model brings along. */
export interface LocalFunction {
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly nodes: readonly GraphNode[];
  readonly opsets: ReadonlyMap<string, number>;
  /** Values of attributes that a node leaves out. */
  readonly defaults: ReadonlyMap<string, Attribute>;
}

export interface ModelGraph {
  readonly graph: Graph;
  readonly opsets: ReadonlyMap<string, number>;
  /** By `functionKey`. */
  readonly functions: ReadonlyMap<string, LocalFunction>;
}

export function functionKey(domain: string, name: string, overload: string): string {
  return JSON.stringify([domain, name, overload]);
}
