import './error-codes.js';
export { AnswerTooLarge } from './answer-size.js';
export { type GraphOrigin, RuntimeGraphs } from './graphs/runtime-graphs.js';
export type { Inspection } from './inspection/inspect-model.js';
export { WeightsElsewhere } from './inspection/inspection-problems.js';
export { ModelInspector, type StartInspector } from './inspection/model-inspector.js';
export { installedRuntime, type InstalledRuntime } from './installed-runtime.js';
export type { LoadedModel } from './loaded-model.js';
export { type ModelFiles, ModelFolders } from './model-folders.js';
export { isRunRefused } from './run-failure.js';
export { type RemoteDescriptor, descriptorBytes } from './remote/remote-descriptor.js';
export { RemoteEngines } from './remote/remote-engines.js';
export { REMOTE_BYTES } from './remote/remote-model.js';
export { REMOTE_ROWS } from './remote/remote-inspection.js';
export {
  REMOTE_PROTOCOLS,
  type RemoteInput,
  type RemoteProtocol,
  type RemoteTarget,
  remoteTarget,
} from './remote/remote-target.js';
export { RunnerLost } from './runner-lost.js';
export { RunnerPool } from './runner-pool.js';
export type { RunOptions, RunResult, RunUnderWay } from './runner.js';
export {
  EXECUTION_PROVIDERS,
  type ExecutionProvider,
  type ProviderOptions,
  WITH_DEVICES,
  availableProviders,
  unavailableText,
} from './sessions/execution-providers.js';
export type { GraphOptimization, Isolation, LoadOptions } from './sessions/load-options.js';
