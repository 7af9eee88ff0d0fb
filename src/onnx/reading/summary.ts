import type { TypeMessage } from '../onnx-types.js';

/** What an ONNX file says about itself, read from its protobuf. */
export interface GraphSummary {
  /** A single file, or one with the files its weights lie in; REMOTE: the descriptor of a model on another server. */
  format: 'ONNX' | 'ONNX_BUNDLE' | 'REMOTE';
  /** Name and version of the tool that wrote the file. */
  producer: string | null;
  irVersion: number;
  /** Operator sets the graph imports; the default one has domain ''. */
  opsets: { domain: string; version: number }[];
  /** metadata_props, the first 64 KiB of them. */
  metadata: Record<string, string>;
  /** How many of metadata_props are left out or cut off. */
  metadataOmitted: number;
  /**
   * Elements of all tensors the file stores: initializers, dense or sparse, and tensors held by nodes (Constant), in
   * subgraphs and functions too. Small constants such as shapes count as well: ONNX does not tell them from weights.
   */
  parameterCount: bigint;
  /** How often each operator occurs, subgraphs and functions included: `Relu`, or `com.example.Thing`. */
  operators: Record<string, number>;
  /** Files beside the model that hold its weights. */
  externalData: string[];
}

/** A declared input or output of the graph. */
export interface DeclaredValue {
  readonly name: string;
  readonly type: TypeMessage | undefined;
}
