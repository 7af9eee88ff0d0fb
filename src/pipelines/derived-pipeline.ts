import type { DataType, Signature, TensorSpec } from '../tensors/index.js';
import { checkOutput } from './check-output.js';
import type { DeclaredField } from './graph/graph-schema.js';
import type { GraphInput, GraphResult, PipelineOfGraph, PipelineOutput } from './pipeline.js';

const SCALARS: Readonly<Partial<Record<DataType, DeclaredField>>> = {
  BOOL: { kind: 'boolean' },
  BYTES: { kind: 'text', maximum: 100_000 },
  FP16: { kind: 'number' },
  FP32: { kind: 'number' },
  FP64: { kind: 'number' },
};

const derived = new WeakMap<Signature, PipelineOfGraph>();

/**
 * What a version without a pipeline predicts by: an instance is `{inputName: value}`, a row of each input, or whole tensors
 * where the first dimension is no batch; every output is answered as it is. Nobody has said any unit.
 *
 * @returns the same object for the same signature
 */
export function derivedPipeline(signature: Signature): PipelineOfGraph {
  const known = derived.get(signature);
  if (known) return known;
  const made = derive(signature);
  derived.set(signature, made);
  return made;
}

function derive({ inputs, outputs }: Signature): PipelineOfGraph {
  // What the graph keeps a value for, it is left to.
  const filled = inputs.filter((spec) => spec.default === undefined);
  const rowwise = [...filled, ...outputs].every(isBatch);
  const described = Object.fromEntries(
    outputs.map((spec): [string, PipelineOutput] => [spec.name, checkOutput({}, spec, rowwise, [], false)]),
  );
  return {
    format: 2,
    instance: Object.fromEntries(filled.map((spec) => [spec.name, fieldFor(spec, rowwise)])),
    steps: {},
    inputs: Object.fromEntries(
      filled.map(({ name, datatype, shape }): [string, GraphInput] => [name, { datatype, shape, of: name }]),
    ),
    outputs: described,
    result: Object.fromEntries(
      Object.entries(described).map(([name, { unit, columns }]): [string, GraphResult] => [
        name,
        { output: name, steps: [], ...(unit !== undefined && { unit }), ...(columns && { columns }) },
      ]),
    ),
  };
}

function isBatch({ shape, unranked }: TensorSpec): boolean {
  return unranked === true || shape[0] === -1 || shape[0] === 1;
}

function fieldFor({ datatype, shape, unranked }: TensorSpec, rowwise: boolean): DeclaredField {
  // Of a tensor whose number of dimensions is open, a row is taken to be a list.
  const own = unranked ? [-1] : rowwise ? shape.slice(1) : [...shape];
  if (own.length === 0 || (own.length === 1 && own[0] === 1)) return SCALARS[datatype] ?? { kind: 'integer' };
  return { kind: 'tensor', datatype, shape: own };
}
