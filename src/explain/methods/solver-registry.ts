import type { ExplanationMethod, TensorSolver } from './explanation-method.js';

/** Methods that look into the graph, in the order in which AUTO asks them. */
export class SolverRegistry {
  private readonly solvers: TensorSolver[] = [];

  /** Once, before the first request. */
  register(solver: TensorSolver): void {
    this.solvers.push(solver);
  }

  all(): readonly TensorSolver[] {
    return this.solvers;
  }

  of(method: ExplanationMethod): readonly TensorSolver[] {
    return this.solvers.filter((solver) => solver.method === method);
  }
}
