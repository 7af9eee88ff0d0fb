import { join } from 'node:path';
import { ArtifactStore } from './artifacts/index.js';
import { Evaluations, EvaluationStore, JobFiles } from './batch/index.js';
import { CatalogService } from './catalog/index.js';
import { GraphComparisons, SampleChooser, VersionComparer } from './comparison/index.js';
import { DeploymentService } from './deployments/index.js';
import { Backgrounds, ExplanationJob, ExplanationPictures } from './explain/index.js';
import { buildExplainService } from './explain-services.js';
import { GitService } from './git/index.js';
import { daysAgo, type Chore } from './hourly-cleaning.js';
import { buildMonitoringServices } from './monitoring-services.js';
import { InferenceService, REQUEST_EVENT_KINDS, type OutcomeListener } from './inference/index.js';
import { buildJobServices } from './job-services.js';
import { type AlertTrials } from './monitoring/index.js';
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
  RemoteEngines,
  RunnerPool,
  RuntimeGraphs,
  type StartInspector,
} from './runtime/index.js';
import { ArtifactSources, type ArtifactDownloader } from './sources/index.js';
import { TransferService } from './transfer/index.js';

/** For tests: no user ever sets these. */
export interface ServiceOptions {
  /** Fetches files from addresses that callers name; by default only from the public internet. */
  readonly downloader?: ArtifactDownloader;
  /** Certificates of authorities that remote engines are trusted by besides the system's own, as PEM. */
  readonly remoteAuthorities?: string;
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
  const remotes = new RemoteEngines({ hosts: config.remoteHosts, secrets, ca: options.remoteAuthorities });
  stops.add('remote engines', () => remotes.close());
  const molecules = options.molecules ?? new MoleculeWorker();
  if (!options.molecules) stops.add('molecule worker', () => molecules.close());

  const instances = new InstanceReader({
    molecules,
    files: (digest, signal) => artifacts.verified(digest, signal),
  });
  const sources = new ArtifactSources({
    config: config.sources,
    secrets,
    directory: join(config.dataDirectory, 'cache'),
    maxBytes: config.maxArtifactBytes,
    downloader: options.downloader,
  });
  await sources.prepare();
  const publishing = {
    database: database.client,
    events,
    artifacts,
    graphs,
    instances,
    remotes,
    sources,
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
  const evaluations = new Evaluations({ store: new EvaluationStore(database.client), events, logger });
  const git = new GitService({
    directory: join(config.dataDirectory, 'cache', 'git'),
    catalog,
    transfer,
    evaluations,
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
    remotes,
    logger,
    modelMemoryBytes: config.modelMemoryBytes,
    deafSince: () => database.writer?.deafSince ?? null,
    warmUpPipeline: {
      start: (version, run) => predictions.warmUp(version, run),
      predict: (version, instances, run) => predictions.tryInstances(version, instances, run),
    },
    rowProver: new RowProver(),
    qualities: evaluations,
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
  if (options.onRequestEnded) inference.onRequestEnded(options.onRequestEnded);
  const jobFiles = await JobFiles.open(join(config.dataDirectory, 'jobs'), config.jobBytes);
  // What callers send may name files that they sent before; what is kept of versions may not.
  const asked = instances.withUploads((digest) => jobFiles.uploads.find(digest));
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
  const { metrics, drift, references, predictionLog, outcomes, alerts } = await buildMonitoringServices({
    config,
    logger,
    database,
    stops,
    secrets,
    events,
    artifacts,
    catalog,
    deployments,
    inference,
    runner,
    recordedRequests,
    evaluations,
    trials: options.alerts,
  });
  const comparisons = new GraphComparisons(artifacts, graphs, differencer);
  const samples = new SampleChooser({ catalog, deployments, recordedRequests });
  const comparer = new VersionComparer({ deployments, runner, graphs: comparisons, samples });
  const { jobs, schedules, scheduleRunner } = await buildJobServices({
    config,
    logger,
    database,
    stops,
    events,
    artifacts,
    catalog,
    deployments,
    predictions,
    predictionLog,
    evaluations,
    conversions: { graphs, runners },
    optimizations: { inspector, instances, inference, recordedRequests },
    jobFiles,
  });
  const explain = buildExplainService({
    stops,
    graphs,
    runners,
    catalog,
    deployments,
    inference,
    runner,
    predictions,
    reader: asked,
    molecules,
    backgrounds: new Backgrounds({ artifacts, deployments, recordedRequests }),
    jobs,
  });
  jobs.register(new ExplanationJob(explain));
  const depictions = new MoleculeDepictions({ molecules });
  const chores: readonly Chore[] = [
    { what: 'old request events', run: () => events.prune(daysAgo(config.requestEventDays)) },
    { what: 'old archives', run: () => transfer.removeOldArchives() },
    { what: 'old jobs', run: () => jobs.removeFinished(daysAgo(config.jobDays)) },
    { what: 'old files of jobs', run: async () => jobFiles.removeOld(jobs, await schedules.files()) },
    { what: 'old measurements', run: async () => metrics?.prune() },
    { what: 'old counts for drift', run: () => drift.tidy() },
    { what: 'old logged predictions', run: () => predictionLog.tidy() },
    { what: 'old alerts', run: () => alerts.prune() },
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
    pipelinePreviews: new PipelinePreviews({ catalog, instances }),
    reports: new ReportService({ catalog, reliability, evaluations }),
    depictions,
    explain,
    explanationPictures: new ExplanationPictures(depictions),
    recordedRequests,
    comparisons,
    comparer,
    jobs,
    jobFiles,
    evaluations,
    schedules,
    scheduleRunner,
    alerts,
  };
}
