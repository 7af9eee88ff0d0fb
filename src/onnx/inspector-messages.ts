import type { Inspection } from './inspect-model.js';
import type { ModelProblemCode } from './model-problem.js';

export interface InspectorRequest {
  readonly type: 'inspect';
  readonly path: string;
}

export type InspectorReply =
  | ({ readonly type: 'inspected' } & Inspection)
  | { readonly type: 'refused'; readonly code: ModelProblemCode; readonly message: string }
  | { readonly type: 'failed'; readonly message: string };
