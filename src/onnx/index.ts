export { DATA_TYPES, type DataType, type TypedArray } from './data-types.js';
export type { RawTensor, Signature, Tensor, TensorSpec, TensorValues } from './tensor.js';
export {
  GraphBuilder,
  type AttributeValue,
  type ConstantValues,
  type GraphOptions,
} from './graph-builder.js';
export { checkInputs } from './check-inputs.js';
export { decodeTensor } from './decode-tensor.js';
export { encodeTensor } from './encode-tensor.js';
