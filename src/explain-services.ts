import type { ArtifactStore } from './artifacts/index.js';
import type { CatalogService } from './catalog/index.js';
import type { DeploymentService } from './deployments/index.js';
import {
  Backgrounds,
  ExplainService,
  ExplanationJob,
  ExplanationPictures,
  IntegratedGradientsSolver,
  LinearSolver,
  TreeShapSolver,
} from './explain/index.js';
import type { InferenceService } from './inference/index.js';
import type { JobService } from './jobs/index.js';
import type { InstanceReader, MoleculeDepictions, MoleculeWorker } from './pipelines/index.js';
import type { StopList } from './platform/stop-list.js';
import type { PipelineRunner, PredictionService } from './predictions/index.js';
import type { RecordedRequests } from './recording/index.js';
import type { RunnerPool, RuntimeGraphs } from './runtime/index.js';

/** What explains predictions, with the methods that look into graphs. */
export function buildExplainServices(parts: {
  readonly stops: StopList;
  readonly artifacts: ArtifactStore;
  readonly graphs: RuntimeGraphs;
  readonly runners: RunnerPool;
  readonly molecules: MoleculeWorker;
  readonly catalog: CatalogService;
  readonly deployments: DeploymentService;
  readonly inference: InferenceService;
  readonly runner: PipelineRunner;
  readonly predictions: PredictionService;
  readonly reader: InstanceReader;
  readonly recordedRequests: RecordedRequests;
  readonly jobs: JobService;
  readonly depictions: MoleculeDepictions;
}) {
  const { stops, artifacts, graphs, runners, catalog, deployments, inference, recordedRequests, jobs } =
    parts;
  const backgrounds = new Backgrounds({ artifacts, deployments, recordedRequests });
  const explain = new ExplainService({ ...parts, backgrounds });
  const trees = new TreeShapSolver({ graphs });
  stops.add('explanations by trees', () => trees.close());
  explain.solvers.register(trees);
  const linear = new LinearSolver({ graphs });
  stops.add('explanations of linear graphs', () => linear.close());
  explain.solvers.register(linear);
  const gradients = new IntegratedGradientsSolver({
    graphs,
    runners,
    catalog,
    memory: deployments.memory,
    pause: () => inference.foreground.idle(),
  });
  stops.add('gradients', () => gradients.close());
  explain.solvers.register(gradients);
  jobs.register(new ExplanationJob(explain));
  return { explain, explanationPictures: new ExplanationPictures(parts.depictions) };
}
