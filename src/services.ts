import { join } from 'node:path';
import { ArtifactStore, ArtifactVerification } from './artifacts/index.js';
import { BatchPrediction, Evaluations, EvaluationStore, JobFiles, VersionEvaluation } from './batch/index.js';
import { CatalogService, type ArtifactDownloader } from './catalog/index.js';
import { GraphComparisons, SampleChooser, VersionComparer } from './comparison/index.js';
import { DeploymentService } from './deployments/index.js';
import { GitService } from './git/index.js';
import { daysAgo, type Chore } from './hourly-cleaning.js';
import { InferenceService, REQUEST_EVENT_KINDS, type OutcomeListener } from './inference/index.js';
import { JobService } from './jobs/index.js';
import {
  AlertService,
  type AlertTrials,
  DriftService,
  MetricsService,
  OutcomeService,
  PredictionLog,
  ReferenceRowFinder,
  ReferenceService,
} from './monitoring/index.js';
import { GraphDifferencer, RowProver } from './onnx/index.js';
import { InstanceReader, MoleculeDepictions, MoleculeWorker } from './pipelines/index.js';
import type { Config } from './platform/config.js';
import type { openDatabase } from './platform/database/index.js';
import { EventLog } from './platform/events/index.js';
import { pairDirectory } from './platform/installation/index.js';
import type { Logger } from './platform/logging.js';
import { SecretsFile } from './platform/secrets-file.js';
import type { StopList } from './platform/stop-list.js';
import { PipelinePreviews, PipelineRunner, PredictionService } from './predictions/index.js';
import { RecordedRequests, RequestRecorder } from './recording/index.js';
import { ReliabilityService, ReportService } from './reliability/index.js';
import {
  ModelFolders,
  ModelInspector,
  RunnerPool,
  RuntimeGraphs,
  type StartInspector,
} from './runtime/index.js';
import { startTelemetry } from './telemetry/index.js';
import { TransferService } from './transfer/index.js';

/** For tests: no user ever sets these. */
export interface ServiceOptions {
  /** Fetches files from addresses that callers name; by default only from the public internet. */
  readonly downloader?: ArtifactDownloader;
  /** Reads molecules, and is closed by whoever gives it; by default the server's own. */
  readonly molecules?: MoleculeWorker;
  /** Starts a process that reads models. */
  readonly startInspector?: StartInspector;
  /** Hears of every request, beside what listens always. */
  readonly onRequestEnded?: OutcomeListener;
  /** How alert rules are looked at, and webhooks called. */
  readonly alerts?: AlertTrials;
}

export type Services = Awaited<ReturnType<typeof buildServices>>;

/**
 * Every service there is, built once, each with what ends it. None of them knows of a transport.
 *
 * @throws StartupError when the data directory or the database stands in the way; `stops` ends what was built by then.
 */
export async function buildServices(parts: {
  readonly config: Config;
  readonly logger: Logger;
  readonly database: Awaited<ReturnType<typeof openDatabase>>;
  readonly stops: StopList;
  readonly options: ServiceOptions;
}) {
  const { config, logger, database, stops, options } = parts;
  const secrets = new SecretsFile(config.secretsFile, logger);
  await secrets.open();
  const events = new EventLog(database.client, logger, { prunable: REQUEST_EVENT_KINDS });
  stops.add('events', () => events.close());
  const artifacts = await ArtifactStore.open({
    directory: join(config.dataDirectory, 'artifacts'),
    maxBytes: config.maxArtifactBytes,
    observer: {
      onDamaged: ({ digest, actual }) => {
        logger.error({ digest, actual }, 'stored bytes are damaged');
        catalog.damageEvents.damaged(digest, actual).catch(unsaid);
      },
      onMended: ({ digest }) => {
        logger.info({ digest }, 'damaged bytes were mended');
        catalog.damageEvents.mended(digest).catch(unsaid);
      },
    },
  });
  const unsaid = (error: unknown) => logger.warn({ err: error }, 'owners could not be told of damaged bytes');
  await pairDirectory({
    database: database.client,
    dataDirectory: config.dataDirectory,
    databaseName: database.name,
    holds: (digest) => artifacts.holds(digest),
    adopt: config.adoptData,
    logger,
  });
  const folders = new ModelFolders(join(config.dataDirectory, 'cache', 'models'));
  stops.add('model folders', () => folders.close());
  const inspector = new ModelInspector({
    folders,
    ...(options.startInspector && { start: options.startInspector }),
  });
  stops.add('model inspector', () => inspector.close());
  const graphs = new RuntimeGraphs({
    artifacts,
    inspector,
    directory: join(config.dataDirectory, 'cache', 'derived'),
  });
  const differencer = new GraphDifferencer();
  stops.add('graph differencer', () => differencer.close());
  const runners = new RunnerPool({
    workers: config.workers,
    cacheDirectory: join(config.dataDirectory, 'cache'),
    folders,
  });
  stops.add('model runners', () => runners.close());
  const molecules = options.molecules ?? new MoleculeWorker();
  if (!options.molecules) stops.add('molecule worker', () => molecules.close());

  const instances = new InstanceReader({
    molecules,
    files: (digest, signal) => artifacts.verified(digest, signal),
  });
  const publishing = {
    database: database.client,
    events,
    artifacts,
    graphs,
    instances,
    ...(options.downloader && { downloader: options.downloader }),
  };
  const catalog: CatalogService = new CatalogService(publishing);
  const transfer = new TransferService({
    ...publishing,
    archives: await ArtifactStore.open({
      directory: join(config.dataDirectory, 'archives'),
      maxBytes: config.maxArchiveBytes,
    }),
    maxArchiveBytes: config.maxArchiveBytes,
  });
  const git = new GitService({
    directory: join(config.dataDirectory, 'cache', 'git'),
    catalog,
    transfer,
    events,
    logger,
  });
  stops.add('git', () => git.close());
  const deployments: DeploymentService = new DeploymentService({
    database: database.client,
    events,
    catalog,
    artifacts,
    graphs,
    runners,
    logger,
    modelMemoryBytes: config.modelMemoryBytes,
    deafSince: () => database.writer?.deafSince ?? null,
    warmUpPipeline: {
      start: (version, run) => predictions.warmUp(version, run),
      predict: (version, instances, run) => predictions.tryInstances(version, instances, run),
    },
    rowProver: new RowProver(),
  });
  stops.add('deployments', () => deployments.close());
  const recorder = new RequestRecorder(database.client, logger);
  stops.add('request recorder', () => recorder.close());
  const inference = new InferenceService({
    deployments,
    events,
    logger,
    maxAnswerBytes: config.bodyLimitBytes,
    recorder,
  });
  stops.add('inference', async () => inference.close());
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
  if (options.onRequestEnded) inference.onRequestEnded(options.onRequestEnded);
  const jobFiles = await JobFiles.open(join(config.dataDirectory, 'jobs'), config.jobBytes);
  // What callers send may name files that they sent before; what is kept of versions may not.
  const asked = instances.withUploads((digest) => jobFiles.uploads.path(digest));
  const runner = new PipelineRunner({ instances: asked });
  const reliability = new ReliabilityService({
    artifacts,
    reader: instances,
    molecules,
    directory: join(config.dataDirectory, 'cache', 'reliability'),
    logger,
  });
  const predictions = new PredictionService({ inference, runner, reliability });
  const recordedRequests = new RecordedRequests(database.client);
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
  const comparisons = new GraphComparisons(artifacts, graphs, differencer);
  const samples = new SampleChooser({ catalog, deployments, recordedRequests });
  const comparer = new VersionComparer({ deployments, runner, graphs: comparisons, samples });
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
    webhookHosts: config.webhookHosts,
    trials: options.alerts,
  });
  stops.add('alerts', () => alerts.close());
  inference.onRequestEnded(alerts.requestEnded);
  const jobs = await JobService.open({ database: database.client, sql: database.sql, events, logger });
  jobs.register(new ArtifactVerification(artifacts, () => catalog.artifactDigests()));
  const { uploads, results } = jobFiles;
  const evaluations = new Evaluations(new EvaluationStore(database.client));
  const answering = { catalog, deployments, predictions, uploads, results };
  jobs.register(new BatchPrediction(answering));
  jobs.register(new VersionEvaluation({ ...answering, evaluations }));
  stops.add('jobs', () => jobs.close());
  const chores: readonly Chore[] = [
    { what: 'old request events', run: () => events.prune(daysAgo(config.requestEventDays)) },
    { what: 'old archives', run: () => transfer.removeOldArchives() },
    { what: 'old jobs', run: () => jobs.removeFinished(daysAgo(config.jobDays)) },
    { what: 'old files of jobs', run: () => jobFiles.removeOld(jobs) },
    { what: 'old measurements', run: async () => metrics?.prune() },
    { what: 'old counts for drift', run: () => drift.tidy() },
    { what: 'old logged predictions', run: () => predictionLog.tidy() },
    { what: 'old alerts', run: () => alerts.prune() },
    { what: 'old logged predictions', run: () => predictionLog.tidy() },
  ];

  return {
    chores,
    events,
    artifacts,
    catalog,
    transfer,
    git,
    deployments,
    inference,
    metrics,
    drift,
    references,
    predictionLog,
    outcomes,
    predictions,
    pipelinePreviews: new PipelinePreviews({ catalog, instances: asked }),
    reports: new ReportService({ catalog, reliability }),
    depictions: new MoleculeDepictions({ molecules }),
    recordedRequests,
    comparisons,
    comparer,
    jobs,
    jobFiles,
    evaluations,
    alerts,
  };
}
