import type { Inspection, InspectionTask } from './inspect-model.js';
import type { ModelProblemCode } from '../../onnx/index.js';

export interface InspectorRequest extends InspectionTask {
  readonly type: 'inspect';
}

/** Sent once, when the child is able to read models: what ends it earlier is no model's fault. */
export interface InspectorReady {
  readonly type: 'ready';
}

/** Sent when a model has loaded and is about to be run on made-up inputs. */
export interface InspectorTrial {
  readonly type: 'trial';
}

export type InspectorReply =
  | ({ readonly type: 'inspected' } & Inspection)
  | {
      readonly type: 'refused';
      readonly code: ModelProblemCode;
      readonly message: string;
      readonly missingFiles: readonly string[];
    }
  | { readonly type: 'failed'; readonly message: string };
