import type { DataType, Signature } from '../../src/tensors/index.js';
import { parsePipeline, type Pipeline } from '../../src/pipelines/index.js';

type Spec = readonly [datatype: DataType, shape: readonly number[]];

export function signature(inputs: Record<string, Spec>, outputs: Record<string, Spec>): Signature {
  const specs = (side: Record<string, Spec>) =>
    Object.entries(side).map(([name, [datatype, shape]]) => ({ name, datatype, shape }));
  return { inputs: specs(inputs), outputs: specs(outputs) };
}

/** A molecule model with one input `x` made by one source step and any transforms, and one output `y`. */
export function moleculePipeline(
  columns: number,
  steps: readonly object[],
  options: { datatype?: DataType; output?: Spec; more?: object; batch?: number } = {},
): Pipeline {
  const { datatype = 'FP64', output = ['FP64', [-1, columns]], more = {}, batch = -1 } = options;
  return parsePipeline(
    {
      format: 1,
      instance: { kind: 'molecule' },
      inputs: { x: { unit: '1', steps } },
      outputs: { y: { unit: '1' } },
      ...more,
    },
    signature({ x: [datatype, [batch, columns]] }, { y: output }),
  );
}
