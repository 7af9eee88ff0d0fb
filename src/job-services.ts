import { ArtifactVerification, type ArtifactStore } from './artifacts/index.js';
import {
  BatchPrediction,
  EvaluationSchedules,
  type JobFiles,
  ScheduleRunner,
  ScheduleStore,
  VersionEvaluation,
  type Evaluations,
} from './batch/index.js';
import type { CatalogService } from './catalog/index.js';
import { ModelConversion } from './convert/index.js';
import type { DeploymentService } from './deployments/index.js';
import type { InferenceService } from './inference/index.js';
import { JobService } from './jobs/index.js';
import { LoggedOutcomes, type PredictionLog } from './monitoring/index.js';
import { VersionOptimization } from './optimize/index.js';
import type { InstanceReader } from './pipelines/index.js';
import type { Config } from './platform/config.js';
import type { openDatabase } from './platform/database/index.js';
import type { EventLog } from './platform/events/index.js';
import type { Logger } from './platform/logging.js';
import type { StopList } from './platform/stop-list.js';
import type { PredictionService } from './predictions/index.js';
import type { RecordedRequests } from './recording/index.js';
import type { ModelInspector } from './runtime/index.js';

/** Long work, with the kinds of it that need no transport, and what begins it by itself. Nothing runs before `begin`. */
export async function buildJobServices(parts: {
  readonly config: Config;
  readonly logger: Logger;
  readonly database: Awaited<ReturnType<typeof openDatabase>>;
  readonly stops: StopList;
  readonly events: EventLog;
  readonly artifacts: ArtifactStore;
  readonly catalog: CatalogService;
  readonly deployments: DeploymentService;
  readonly predictions: PredictionService;
  readonly predictionLog: PredictionLog;
  readonly evaluations: Evaluations;
  readonly jobFiles: JobFiles;
  readonly conversions: Pick<Parameters<typeof ModelConversion.open>[0], 'graphs' | 'runners'>;
  readonly optimizations: {
    readonly inspector: ModelInspector;
    readonly instances: InstanceReader;
    readonly inference: InferenceService;
    readonly recordedRequests: RecordedRequests;
  };
}) {
  const { config, logger, database, stops, events, artifacts, catalog, deployments, predictions, jobFiles } =
    parts;
  const jobs = await JobService.open({ database: database.client, sql: database.sql, events, logger });
  const { uploads, results } = jobFiles;
  const answering = { catalog, deployments, predictions, uploads, results };
  const outcomes = new LoggedOutcomes({ log: parts.predictionLog, deployments });
  jobs.register(new ArtifactVerification(artifacts, () => catalog.artifactDigests()));
  jobs.register(catalog.fetching);
  jobs.register(new BatchPrediction(answering));
  jobs.register(new VersionEvaluation({ ...answering, evaluations: parts.evaluations, outcomes }));
  jobs.register(await ModelConversion.open({ catalog, artifacts, ...parts.conversions }, config));
  const { conversions, optimizations } = parts;
  const optimizing = {
    catalog,
    artifacts,
    uploads,
    deployments,
    predictions,
    ...conversions,
    ...optimizations,
  };
  jobs.register(await VersionOptimization.open(optimizing, config));
  stops.add('jobs', () => jobs.close());
  const store = new ScheduleStore(database.client);
  const scheduleRunner = new ScheduleRunner({ store, jobs, events, logger });
  stops.add('scheduled evaluations', () => scheduleRunner.close());
  const schedules = new EvaluationSchedules({ store, runner: scheduleRunner, jobs, events });
  return { jobs, schedules, scheduleRunner };
}
