import {
  type ExplainDependencies,
  ExplainService,
  IntegratedGradientsSolver,
  TreeShapSolver,
} from './explain/index.js';
import type { StopList } from './platform/stop-list.js';
import type { RunnerPool, RuntimeGraphs } from './runtime/index.js';

/** Explanations, with the methods that look into graphs in the order in which AUTO asks them. */
export function buildExplainService({
  stops,
  graphs,
  runners,
  ...deps
}: ExplainDependencies & {
  readonly stops: StopList;
  readonly graphs: RuntimeGraphs;
  readonly runners: RunnerPool;
}): ExplainService {
  const explain = new ExplainService(deps);
  const trees = new TreeShapSolver({ graphs });
  stops.add('explanations by trees', () => trees.close());
  const gradients = new IntegratedGradientsSolver({
    graphs,
    runners,
    catalog: deps.catalog,
    memory: deps.deployments.memory,
    pause: () => deps.inference.foreground.idle(),
  });
  stops.add('gradients', () => gradients.close());
  for (const solver of [trees, gradients]) explain.solvers.register(solver);
  return explain;
}
