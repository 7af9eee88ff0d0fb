export { InferenceService } from './inference-service.js';
export type { InferRequest, OpenModel, Priority, TargetRequest, Timing } from './inference-service.js';
export { noStatistics, type ModelStatistics, type Total } from './model-statistics.js';
// Transports speak tensors but never reach the runtime: what they need of it comes through here.
export {
  DATA_TYPES,
  decodeTensor,
  encodeTensor,
  tensorBytes,
  type DataType,
  type RawTensor,
  type Signature,
  type Tensor,
  type TensorSpec,
} from '../onnx/index.js';
