import type { VersionRecord } from '../../catalog/index.js';
import type { Pipeline } from '../../pipelines/index.js';
import type { ScalarTarget } from '../values/scalar-target.js';
import type { TensorSpace } from '../tensors/tensor-space.js';
import type { Budget } from '../values/budget.js';

export const EXPLANATION_METHODS = [
  'AUTO',
  'SHAPLEY',
  'TREE_SHAP',
  'KERNEL_SHAP',
  'LIME',
  'INTEGRATED_GRADIENTS',
  'OCCLUSION',
] as const;
export type ExplanationMethod = (typeof EXPLANATION_METHODS)[number];

/**
 * Which question is answered. INTERVENTIONAL: features outside a coalition get values of the background whatever the others are
 * (Janzing 2020). PATH_DEPENDENT: a tree follows both branches by the training rows in each (Lundberg 2020). BASELINE: one
 * reference row takes the background's place. REMOVAL: parts are taken out, one or several at a time. LOCAL: a simple model is
 * fitted around the instance.
 */
export const EXPLANATION_GAMES = [
  'INTERVENTIONAL',
  'PATH_DEPENDENT',
  'BASELINE',
  'REMOVAL',
  'LOCAL',
] as const;
export type ExplanationGame = (typeof EXPLANATION_GAMES)[number];

/** A model, and the one of its numbers that is explained. */
export interface ExplainedModel {
  readonly version: VersionRecord;
  readonly pipeline: Pipeline;
  readonly target: ScalarTarget;
}

/** One instance as the graph sees it: every number of its input tensors, input by input, each row-major. */
export interface TensorTask extends ExplainedModel {
  readonly space: TensorSpace;
  /** Of length `space.width`. */
  readonly instance: Float64Array;
  /** Rows of the same space; null where the caller gave none and none is stored with the version. */
  readonly background: readonly Float64Array[] | null;
  /** What takes the place of what is absent, for methods of one baseline; null where the caller named none. */
  readonly baseline: Float64Array | null;
  /**
   * The explained number for rows of the space, through the batcher behind every request. Counted against the budget.
   *
   * @throws DomainError BUDGET_TOO_SMALL, RUN_FAILED…; the signal's reason
   */
  readonly evaluate: (rows: readonly Float64Array[]) => Promise<Float64Array>;
  /** Places that stand or fall together, each place in one; null where each stands alone. */
  readonly groups: readonly (readonly number[])[] | null;
  readonly budget: Budget;
  /** Seeded: the same numbers for the same request. */
  readonly random: () => number;
  readonly signal: AbortSignal;
}

/** Attributions to every number of the space. */
export interface TensorSolution {
  readonly game: ExplanationGame;
  /** E f, or f of the baseline: what the attributions are counted from, in the explained number's unit. */
  readonly baseValue: number;
  /** One for each number of the space, in the same unit. */
  readonly attributions: Float64Array;
  /**
   * Where it is not the number itself that is explained but what a link makes it of: the log-odds behind a probability. The
   * attributions and the base value add up to its value. Null or absent: the number itself.
   */
  readonly margin?: SolutionMargin | null;
  /** Whether groups were players of the game; the members of a group share its value then, which the first of them has. */
  readonly playsGroups?: boolean;
  /** Standard errors; zeros where the answer is exact up to rounding. */
  readonly errors: Float64Array;
  /** Plain sentences a reader needs to judge the numbers: steps taken, the stopping rule, what was reached. */
  readonly notes: readonly string[];
}

/** LOGISTIC: log-odds. SOFTMAX: a score before the softmax, in which a constant is free. EXP: the logarithm. */
export interface SolutionMargin {
  readonly link: 'LOGISTIC' | 'SOFTMAX' | 'EXP';
  readonly value: number;
}

/** Whether a method can answer for a model; the reason is a whole sentence for the caller, and names what could instead. */
export type Applicability = { readonly applies: true } | { readonly applies: false; readonly reason: string };

/** A method that looks into the graph or follows its numbers. Registered once, in the composition root. */
export interface TensorSolver {
  readonly method: Exclude<ExplanationMethod, 'AUTO'>;
  /** Read from the graph; asked for every request, so remembered by whoever finds it expensive. */
  applies(model: ExplainedModel): Promise<Applicability>;
  /** Rows the solver is expected to ask for one instance: decides whether the answer is a job. */
  plannedRows(task: Pick<TensorTask, 'space' | 'background' | 'baseline'>): number;
  /** @throws DomainError METHOD_NOT_APPLICABLE, INVALID_BACKGROUND, INVALID_BASELINE, BUDGET_TOO_SMALL; the signal's reason */
  explain(task: TensorTask): Promise<TensorSolution>;
}
