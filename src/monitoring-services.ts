import type { ArtifactStore } from './artifacts/index.js';
import type { Evaluations } from './batch/index.js';
import type { CatalogService } from './catalog/index.js';
import type { DeploymentService } from './deployments/index.js';
import type { InferenceService } from './inference/index.js';
import {
  AlertService,
  DriftService,
  MetricsService,
  OutcomeService,
  PredictionLog,
  ReferenceRowFinder,
  ReferenceService,
} from './monitoring/index.js';
import type { Config } from './platform/config.js';
import type { openDatabase } from './platform/database/index.js';
import type { EventLog } from './platform/events/index.js';
import type { Logger } from './platform/logging.js';
import type { SecretsFile } from './platform/secrets-file.js';
import type { StopList } from './platform/stop-list.js';
import type { PipelineRunner } from './predictions/index.js';
import type { RecordedRequests } from './recording/index.js';
import { startTelemetry } from './telemetry/index.js';

/** What is told of every request that has ended, and what is made of it. */
export async function buildMonitoringServices(parts: {
  readonly config: Config;
  readonly logger: Logger;
  readonly database: Awaited<ReturnType<typeof openDatabase>>;
  readonly stops: StopList;
  readonly secrets: SecretsFile;
  readonly events: EventLog;
  readonly artifacts: ArtifactStore;
  readonly catalog: CatalogService;
  readonly deployments: DeploymentService;
  readonly inference: InferenceService;
  readonly runner: PipelineRunner;
  readonly recordedRequests: RecordedRequests;
  readonly evaluations: Evaluations;
  readonly trials: ConstructorParameters<typeof AlertService>[0]['trials'];
}) {
  const { config, logger, database, stops, secrets, events, artifacts, catalog, deployments } = parts;
  const { inference, runner, recordedRequests, evaluations } = parts;
  const metrics = config.metrics
    ? new MetricsService({ database: database.client, deployments, events, logger, days: config.metricsDays })
    : null;
  if (metrics) {
    stops.add('metrics', () => metrics.close());
    await metrics.start();
    inference.onRequestEnded(metrics.requestEnded);
  }
  if (config.telemetry) {
    const telemetry = await startTelemetry(config.telemetry, {
      logger,
      occupancy: (deployment) => deployments.occupancy(deployment),
    });
    stops.add('telemetry', () => telemetry.close());
    inference.onRequestEnded(telemetry.requestEnded);
  }
  const drift = new DriftService({ database: database.client, catalog, logger });
  stops.add('drift', () => drift.close());
  await drift.start();
  inference.onRequestEnded(drift.recorder.ended);
  events.onMissed(() => drift.recorder.forgetAll());
  const references = new ReferenceService({
    database: database.client,
    events,
    catalog,
    deployments,
    runner,
    rows: new ReferenceRowFinder({ artifacts, catalog, deployments, recordedRequests }),
    onSet: (version, reference) => drift.recorder.watch(version, reference),
  });
  const predictionLog = new PredictionLog({
    database: database.client,
    events,
    catalog,
    deployments,
    logger,
  });
  stops.add('prediction log', () => predictionLog.close());
  inference.onRequestEnded(predictionLog.recorder.ended);
  const outcomes = new OutcomeService({ log: predictionLog, events, catalog, deployments });
  const alerts = new AlertService({
    database: database.client,
    events,
    deployments,
    catalog,
    secrets,
    logger,
    metrics,
    metricsDays: config.metricsDays,
    drift,
    qualities: evaluations,
    webhookHosts: config.webhookHosts,
    trials: parts.trials,
  });
  stops.add('alerts', () => alerts.close());
  inference.onRequestEnded(alerts.requestEnded);
  return { metrics, drift, references, predictionLog, outcomes, alerts };
}
