import { defaultOf } from '../tensors/index.js';
import { encodeTensor } from '../tensors/index.js';
import { NARROW } from '../tensors/index.js';
import type { Signature, TensorSpec } from '../tensors/index.js';
import type { Rewrite } from '../onnx/index.js';

/** What was done to a model, in a sentence or two. @param signature of the derived graph */
export function describeRewrite({ kind, tensor }: Rewrite, { inputs, outputs }: Signature): string {
  const spec = (kind === 'ZIP_MAP_REMOVED' || kind === 'OUTPUT_CAST' ? outputs : inputs).find(
    ({ name }) => name === tensor,
  );
  switch (kind) {
    case 'ZIP_MAP_REMOVED':
      return `Output "${tensor}" was a sequence of maps from class to probability (ZipMap). It is the tensor of these probabilities, with a column for each of the ${spec?.classLabels?.length ?? 0} classes.`;
    case 'OPTIONAL_INPUT':
      return `Input "${tensor}" may be left out: it is ${spec ? valueInWords(spec) : 'what the graph stores'} then, as the graph stores it.`;
    case 'INPUT_CAST':
      return `Input "${tensor}" is ${narrow(spec)} in the graph and sent as ${spec?.datatype}. A value that ${narrow(spec)} cannot hold exactly is refused.`;
    case 'OUTPUT_CAST':
      return `Output "${tensor}" is ${narrow(spec)} in the graph and answered as ${spec?.datatype}, which holds each of its values exactly.`;
  }
}

function narrow(spec: TensorSpec | undefined): string {
  return spec?.storedAs === undefined ? 'a narrower type' : NARROW[spec.storedAs].name;
}

function valueInWords(spec: TensorSpec): string {
  const value = defaultOf(spec);
  if (value === null) return 'what the graph stores';
  const [only] = value.data.length === 1 ? (encodeTensor(value, 'JSON') as readonly unknown[]) : [];
  return only === undefined
    ? `a tensor of shape [${value.shape.join(',')}]`
    : JSON.stringify(only).slice(0, 100);
}
