import './error-codes.js';
export { checkInputs } from './check-inputs.js';
export {
  DATA_TYPES,
  type DataType,
  INTEGER_RANGES,
  ONNX_ELEMENT_TYPES,
  TF_TYPES,
  type TypedArray,
  fromRuntimeType,
  runtimeType,
  typedArrayOf,
} from './data-types.js';
export { MAX_ELEMENTS, MAX_RANK, decodeTensor } from './decode-tensor.js';
export { defaultInputs, defaultOf, requiredInputs, withDefaults } from './default-inputs.js';
export { type KeptTensor, encodeTensor, keptTensor, tensorBytes, widenedValues } from './encode-tensor.js';
export { type ElementReader, elementReader } from './element-reader.js';
export { fromHalf, toHalf } from './half-float.js';
export { madeUpInputs } from './made-up-inputs.js';
export { NARROW, NARROW_TYPES, type NarrowType, narrowType, narrowTypeName } from './narrow-types.js';
export { nearestNarrow } from './narrow-values.js';
export { nestedText, numberText } from './nested-text.js';
export { shortestFloat32 } from './shortest-float.js';
export { byteLengthOf, fromBytes, isStrings } from './tensor-bytes.js';
export { formatShape } from './tensor-error.js';
export { elementsBetween, flatJson, isLong, shortRuns } from './tensor-json.js';
export { joinRows, rowsOf, splitRows } from './tensor-rows.js';
export type { RawTensor, Signature, Tensor, TensorSpec, TensorValues } from './tensor.js';
