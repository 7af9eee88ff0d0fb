import './error-codes.js';
export { Backgrounds } from './background/background-rows.js';
export { explanationsOf, ExplanationJob } from './explanation-job.js';
export { type ExplainDependencies, ExplainService } from './explain-service.js';
export type { Attribution, Explanation } from './explanation.js';
export {
  type Applicability,
  EXPLANATION_GAMES,
  EXPLANATION_METHODS,
  type ExplainedModel,
  type ExplanationGame,
  type ExplanationMethod,
  type SolutionMargin,
  type TensorSolution,
  type TensorSolver,
  type TensorTask,
} from './methods/explanation-method.js';
export { LinearSolver } from './linear/linear-solver.js';
export { SolverRegistry } from './methods/solver-registry.js';
export { IntegratedGradientsSolver } from './gradients/integrated-gradients-solver.js';
export { ExplanationPictures } from './molecules/explanation-pictures.js';
export { TreeShapSolver } from './trees/tree-shap-solver.js';
