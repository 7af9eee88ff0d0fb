import type { VersionRecord } from '../../catalog/index.js';
import type { Pipeline } from '../../pipelines/index.js';
import type { BackgroundRows } from '../background/background-rows.js';
import type { ExplainInput } from '../explain-input.js';
import type { ExplanationFeatures } from '../explanation.js';
import type { ExplanationMethod } from '../methods/explanation-method.js';
import type { ScalarTarget } from '../values/scalar-target.js';

/** One request, with everything about it decided but the instances' own answers. */
export interface ExplainedRequest {
  readonly input: ExplainInput;
  /** The deployment that was asked for; null for a version. */
  readonly deployment: string | null;
  readonly version: VersionRecord;
  readonly pipeline: Pipeline;
  readonly target: ScalarTarget;
  readonly features: Exclude<ExplanationFeatures, 'AUTO'>;
  /** Null where neither a background nor training data is there. */
  readonly background: BackgroundRows | null;
}

export type Method = Exclude<ExplanationMethod, 'AUTO'>;

/** What answers, and why where the server chose. */
export interface ChosenMethod {
  readonly method: Method;
  readonly reason: string | null;
}
