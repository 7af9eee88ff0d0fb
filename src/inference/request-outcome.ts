import type { DeploymentSettings } from '../deployments/index.js';
import type { Asked } from '../recording/index.js';
import type { Caller } from '../security/index.js';
import type { Operation, Target } from './outcome-recorder.js';
import type { RowQuantities } from './trial-run.js';

/** Where the time of an answered request went, in milliseconds; the rest of `totalMs` is the server's own. */
export interface RequestPhases {
  /** Waiting for the model: loading it, and for its turn. */
  readonly queueMs: number;
  /** From holding the model to asking it: reading what was sent into the model's tensors. 0 when answered from the cache. */
  readonly preprocessMs: number;
  /** Inside the runtime. */
  readonly runMs: number;
  /** From the model's answer to the caller's. */
  readonly postprocessMs: number;
}

interface Ended {
  readonly caller: Caller;
  readonly operation: Operation;
  /** When it ended, in milliseconds since 1970. */
  readonly at: number;
  /** From its arrival in the service, in milliseconds. */
  readonly totalMs: number;
}

export interface AnsweredRequest extends Ended {
  readonly ok: true;
  readonly target: Target;
  readonly rows: number;
  /** Of the largest run it was part of; 0 when it needed none of its own. */
  readonly batchRows: number;
  /** This request's share of the runs. */
  readonly executions: number;
  readonly cacheHit: boolean;
  readonly phases: RequestPhases;
  /** What was asked, made on demand; may be called until the listener's next `setImmediate` is over. */
  readonly asked: () => Asked;
  /** What was answered, before it was presented: `Tensor[]` for infer, `Prediction[]` for predict. Never changed. */
  readonly value: unknown;
  /** What a pipeline found of each row; null for infer. */
  readonly quantities: RowQuantities | null;
  /** As they were sent, by row; null for infer. */
  readonly instances: readonly unknown[] | null;
  /** What the request is known by afterwards; empty for infer. */
  readonly key: string;
  /** Of what answered. */
  readonly settings: DeploymentSettings;
}

export interface FailedRequest extends Ended {
  readonly ok: false;
  /** Null when nothing of the name that was asked for could be held. */
  readonly target: Target | null;
  /** The deployment and version that were asked for, as the caller wrote them. */
  readonly requested: { readonly deployment: string | null; readonly version: string | null };
  /** A DomainError's code, or INTERNAL. */
  readonly code: string;
}

/** What became of one request to a model. */
export type RequestOutcome = AnsweredRequest | FailedRequest;

/**
 * Hears of every request as its answer is ready, on the request's own time: what takes longer than microseconds is put
 * off. It must not throw.
 */
export type OutcomeListener = (outcome: RequestOutcome) => void;
