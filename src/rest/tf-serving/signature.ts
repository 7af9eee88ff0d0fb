import { TF_TYPES, type Signature, type TensorSpec } from '../../tensors/index.js';
import { DomainError } from '../../platform/errors.js';
import { isAbsent, stringAt } from '../protocol-body.js';

const DEFAULT_SIGNATURE = 'serving_default';

/** Enough to see what a model takes; a graph with hundreds of inputs must not fill a message. */
const LISTED = 8;

/** An ONNX graph has one signature. @throws DomainError INVALID_ARGUMENT for the name of another. */
export function checkSignatureName(value: unknown, method: 'predict' | 'classify' | 'regress'): void {
  if (isAbsent(value)) return;
  const name = stringAt(value, 'signature_name');
  if (['', DEFAULT_SIGNATURE, `tensorflow/serving/${method}`].includes(name)) return;
  throw new DomainError(
    'INVALID_ARGUMENT',
    `Expected signature_name to be "${DEFAULT_SIGNATURE}", the only signature of an ONNX model, got ${JSON.stringify(name.slice(0, 100))}.`,
  );
}

/** `metadata` of a version: TensorFlow's SignatureDefMap as proto3 JSON, in which 64-bit integers are strings. */
export function signatureDefinition({ inputs, outputs }: Signature): object {
  return {
    signature_def: {
      '@type': 'type.googleapis.com/tensorflow.serving.SignatureDefMap',
      signature_def: {
        [DEFAULT_SIGNATURE]: {
          inputs: tensorInfos(inputs),
          outputs: tensorInfos(outputs),
          method_name: 'tensorflow/serving/predict',
        },
      },
    },
  };
}

export function specsOf(specs: readonly TensorSpec[]): string {
  const shown = specs.slice(0, LISTED).map(specText).join(', ');
  return specs.length > LISTED ? `${shown} and ${specs.length - LISTED} more` : shown;
}

export function specText({ name, datatype, shape, unranked }: TensorSpec): string {
  return `"${name}" (${datatype} ${unranked === true ? 'of any shape' : `[${shape.join(',')}]`})`;
}

function tensorInfos(specs: readonly TensorSpec[]): object {
  return Object.fromEntries(
    specs.map(({ name, datatype, shape, unranked }) => [
      name,
      {
        name,
        dtype: TF_TYPES[datatype],
        tensor_shape: {
          dim: shape.map((size) => ({ size: String(size), name: '' })),
          unknown_rank: unranked === true,
        },
      },
    ]),
  );
}

/** Elements of a shape without variable dimensions. */
export function sizeOf(shape: readonly number[]): number {
  return shape.reduce((product, size) => product * size, 1);
}
