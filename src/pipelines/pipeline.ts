import type { DataType } from '../tensors/index.js';
import type { DeclaredPipeline, Domain, SourceStep, TransformStep } from './pipeline-schema.js';

/**
 * A pipeline that was checked against its version's signature: plain JSON, every default written out, datatype and
 * shape of each tensor included. Parsing it again with the same signature gives the same pipeline.
 */
export type Pipeline = {
  readonly format: 1;
  readonly instance: DeclaredPipeline['instance'];
  readonly inputs: Readonly<Record<string, PipelineInput>>;
  readonly outputs: Readonly<Record<string, PipelineOutput>>;
  readonly result: Readonly<Record<string, PipelineResult>>;
  readonly domain?: Domain;
};

export type PipelineInput = {
  readonly datatype: DataType;
  readonly shape: readonly number[];
  /** One for all elements, or one for each column. */
  readonly unit: string | readonly string[];
  readonly description?: string;
  readonly steps: readonly [SourceStep, ...TransformStep[]];
};

export type PipelineOutput = {
  readonly datatype: DataType;
  readonly shape: readonly number[];
  readonly description?: string;
} & Meaning;

/** What the numbers or texts of an output are. */
export type Meaning = {
  /** A label has none. */
  readonly unit?: string;
  /** Names of the places along the last dimension. */
  readonly columns?: readonly string[];
  /** Names of a label's values, by the value. */
  readonly classes?: Readonly<Record<string, string>>;
};

export type PipelineResult = Meaning & {
  readonly output: string;
  readonly description?: string;
  readonly steps: readonly TransformStep[];
};
