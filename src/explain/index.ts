import './error-codes.js';
export {
  type Applicability,
  EXPLANATION_GAMES,
  EXPLANATION_METHODS,
  type ExplainedModel,
  type ExplanationGame,
  type ExplanationMethod,
  type TensorSolution,
  type TensorSolver,
  type TensorTask,
} from './methods/explanation-method.js';
export { SolverRegistry } from './methods/solver-registry.js';
