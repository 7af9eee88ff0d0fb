export { InferenceService } from './inference-service.js';
export type { InferRequest, Present, TargetRequest } from './inference-service.js';
export type { Timing } from './timing.js';
export type { Departure } from '../platform/disconnection.js';
export type { OutputNumbers } from '../deployments/index.js';
export { numbersOfTensors } from './output-numbers.js';
export { Deadline } from './deadline.js';
export type { OpenModel } from './open-model.js';
export { RecordedRequests } from './recording/recorded-requests.js';
export type { RecordedRequestRecord } from './recording/recorded-request-store.js';
export type { RequestContent } from './recording/request-content.js';
export { RequestRecorder } from './recording/request-recorder.js';
export type { Priority } from './priority.js';
export { noStatistics, type ModelStatistics, type Total } from './model-statistics.js';
// Transports speak tensors but never reach the runtime: what they need of it comes through here.
export {
  DATA_TYPES,
  decodeTensor,
  defaultOf,
  requiredInputs,
  elementsBetween,
  encodeTensor,
  flatJson,
  isLong,
  shortRuns,
  tensorBytes,
  type DataType,
  type RawTensor,
  type Signature,
  type Tensor,
  type TensorSpec,
} from '../onnx/index.js';
