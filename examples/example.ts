import type { ExampleInput } from '../src/catalog/index.js';
import type { JsonObject } from '../src/pipelines/index.js';

export interface MetricInput {
  readonly name: string;
  readonly value: number;
  readonly unit?: string;
  readonly dataset?: string;
  readonly higherIsBetter?: boolean;
}

/** One version a fresh catalog is given, in order: the first becomes number 1. */
export interface ExampleVersion {
  /** The bytes of the ONNX file; the same on every machine and every call. */
  build(): Uint8Array;
  readonly pipeline: JsonObject;
  /** As `node dist/examples/measure.js` measures them; a test measures them again. */
  readonly metrics: readonly MetricInput[];
  /** Of a version that was trained here: what its rows were measured and predicted as, in examples/models. */
  readonly outOfFold?: string;
  /** Of a version that was trained here and answers a label: the classes, each with columns in that file. */
  readonly classes?: readonly string[];
  readonly notes: string;
  readonly tags: readonly string[];
  /** With what the version answers; a test asks it. */
  readonly examples: readonly ExampleInput[];
}

export interface ExampleModel {
  readonly name: string;
  readonly title: string;
  readonly summary: string;
  readonly domain: 'CHEMISTRY' | 'PHYSICS';
  readonly labels: readonly string[];
  /** Markdown. */
  readonly card: string;
  readonly versions: readonly ExampleVersion[];
  /** Number of the version the alias `production` starts at. */
  readonly production: number;
}

/** What every example graph is written for and says about itself. */
export const GRAPH_OPTIONS = { opset: 17, producer: 'retort-examples' } as const;
