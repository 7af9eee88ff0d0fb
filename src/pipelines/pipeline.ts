import type { DataType } from '../tensors/index.js';
import type { DeclaredField, DeclaredStep, ResultStep } from './graph/graph-schema.js';
import type { DeclaredPipeline, Domain, SourceStep, TransformStep } from './pipeline-schema.js';

/**
 * A pipeline that was checked against its version's signature: plain JSON, every default written out, datatype and
 * shape of each tensor included. Parsing it again with the same signature gives the same pipeline.
 */
export type Pipeline = PipelineOfChains | PipelineOfGraph;

/** Format 2: a graph of named steps over the fields of an instance. */
export type PipelineOfGraph = {
  readonly format: 2;
  readonly instance: Readonly<Record<string, DeclaredField>>;
  readonly steps: Readonly<Record<string, DeclaredStep>>;
  readonly inputs: Readonly<Record<string, GraphInput>>;
  readonly outputs: Readonly<Record<string, PipelineOutput>>;
  readonly result: Readonly<Record<string, GraphResult>>;
  readonly domain?: Domain;
};

export type GraphInput = {
  readonly datatype: DataType;
  readonly shape: readonly number[];
  /** The field or the step that fills it. */
  readonly of: string;
  /** One for all elements, or one for each column; a text has none, nor has what nobody has described. */
  readonly unit?: string | readonly string[];
  readonly description?: string;
};

export type GraphResult = Meaning & {
  /** One output, or those that the first step takes together. */
  readonly output: string | readonly string[];
  readonly description?: string;
  readonly steps: readonly ResultStep[];
};

/** Format 1: a chain of steps for each input, from an instance of one of three kinds. */
export type PipelineOfChains = {
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
