import { join } from 'node:path';
import { ArtifactStore } from './artifacts/index.js';
import { CatalogService, type ArtifactDownloader } from './catalog/index.js';
import { GraphComparisons, SampleChooser, VersionComparer } from './comparison/index.js';
import { TransferService } from './transfer/index.js';
import { DeploymentService } from './deployments/index.js';
import { GitService } from './git/index.js';
import { registerGraphql, type HttpPaths } from './graphql/index.js';
import { InferenceService, REQUEST_EVENT_KINDS } from './inference/index.js';
import { RecordedRequests, RequestRecorder } from './recording/index.js';
import { GraphDifferencer, RowProver } from './onnx/index.js';
import {
  ModelFolders,
  ModelInspector,
  RunnerPool,
  RuntimeGraphs,
  type StartInspector,
} from './runtime/index.js';
import { PipelineRunner, PredictionService } from './predictions/index.js';
import { InstanceReader, MoleculeWorker } from './pipelines/index.js';
import { HourlyCleaning } from './hourly-cleaning.js';
import {
  compressAnswers,
  createHttpServer,
  drain,
  listen,
  RequestBodies,
  shareRequestBodies,
  watchUnusedConnections,
} from './http/index.js';
import type { Config } from './platform/config.js';
import { openDatabase, type StartEmbedded } from './platform/database/index.js';
import { exposureOf, lockDirectory } from './platform/directory-lock.js';
import { EventLog } from './platform/events/index.js';
import { pairDirectory } from './platform/installation/index.js';
import type { Logger } from './platform/logging.js';
import { packageRoot } from './platform/package-root.js';
import { StopList } from './platform/stop-list.js';
import { readinessOf, type Phase } from './readiness.js';
import { Reload } from './reload.js';
import { answerError, registerRest } from './rest/index.js';
import { assertBindAllowed, registerSecurity, type WrongKeys } from './security/index.js';
import { seedExamples } from './seed-examples.js';

const STOP_GRACE_MS = 5_000;

/** For tests: no user ever sets these. */
export interface AppOptions {
  readonly graphqlPaths?: HttpPaths;
  /** Fetches files from addresses that callers name; by default only from the public internet. */
  readonly downloader?: ArtifactDownloader;
  /** Reads molecules, and is closed by whoever gives it; by default the server's own. */
  readonly molecules?: MoleculeWorker;
  /** Starts the embedded database; by default in a thread of its own. */
  readonly startEmbedded?: StartEmbedded;
  /** Starts a process that reads models. */
  readonly startInspector?: StartInspector;
  /** JSON that is larger is looked through in another thread. */
  readonly largeJsonBytes?: number;
  /** Slows down callers that try keys. */
  readonly wrongKeys?: WrongKeys;
}

export interface App {
  /** Where it listens, such as `http://127.0.0.1:4000`. */
  readonly url: string;
  readonly database: 'embedded' | 'postgresql';
  /** Resolves when everything that was running before serves again and the examples are in place. */
  readonly ready: Promise<void>;
  /**
   * Finishes the requests that run, then stops every part in the reverse order of its start.
   *
   * @returns false when a part hung or failed: a thread in an endless run may then hold the process.
   */
  close(): Promise<boolean>;
}

/**
 * Builds every service once and starts to listen. Requests are answered from the start; one for a deployment that
 * is still loading waits for it.
 *
 * @throws StartupError when a setting, the data directory, the database or the port stands in the way; nothing is
 * left running then.
 */
export async function startApp(config: Config, logger: Logger, options: AppOptions = {}): Promise<App> {
  assertBindAllowed(config);
  const stops = new StopList(logger, config.drainMs + STOP_GRACE_MS);
  try {
    return await start(config, logger, stops, options);
  } catch (error) {
    await stops.run();
    throw error;
  }
}

async function start(config: Config, logger: Logger, stops: StopList, options: AppOptions): Promise<App> {
  const lock = await lockDirectory(config.dataDirectory);
  stops.add('data directory lock', () => lock.release());
  const exposure = await exposureOf(config.dataDirectory);
  if (exposure !== null) logger.warn(exposure);
  const database = await openDatabase(config, logger, options.startEmbedded);
  stops.add('database', () => database.close());

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

  const instances = new InstanceReader({ molecules });
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
      start: (version) => predictions.warmUp(version),
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
  const runner = new PipelineRunner({ instances });
  const predictions = new PredictionService({ inference, runner });
  const recordedRequests = new RecordedRequests(database.client);
  const comparisons = new GraphComparisons(artifacts, graphs, differencer);
  const samples = new SampleChooser({ catalog, deployments, recordedRequests });
  const comparer = new VersionComparer({ deployments, runner, graphs: comparisons, samples });

  const reload = new Reload({ deployments, events, logger });
  const state: { phase: Phase } = { phase: 'starting' };
  const app = createHttpServer(config, logger, answerError);
  shareRequestBodies(
    app,
    new RequestBodies({ memoryBytes: config.bodyMemoryBytes, largeJsonBytes: options.largeJsonBytes }),
  );
  const guard = registerSecurity(app, config, options.wrongKeys);
  compressAnswers(app);
  await registerRest(app, {
    artifacts,
    transfer,
    events,
    config,
    webDirectory: join(packageRoot, 'dist/web'),
    git,
    serving: { catalog, deployments, inference, events },
    readiness: readinessOf({ state, reload, events, database }),
  });
  const graphql = await registerGraphql(app, {
    services: {
      catalog,
      transfer,
      deployments,
      inference,
      recordedRequests,
      predictions,
      comparer,
      events,
      logger,
    },
    config,
    guard,
    paths: options.graphqlPaths,
  });
  const closeUnused = watchUnusedConnections(app.server);
  stops.add('http server', () =>
    drain(app, { drainMs: config.drainMs, logger, closeOthers: () => graphql.close(), closeUnused }),
  );
  const url = await listen(app, config);

  const cleaning = new HourlyCleaning({
    events,
    transfer,
    logger,
    requestEventDays: config.requestEventDays,
    isReady: () => state.phase === 'ready',
  });
  stops.add('pruning', () => cleaning.close());

  const ready = (async () => {
    await deployments.recover();
    await deployments.settled();
    if (config.examples) await seedExamples({ artifacts, catalog, deployments, events, logger });
    if (state.phase === 'starting') state.phase = 'ready';
    cleaning.run();
  })();
  // A caller that waits on `ready` sees the failure; a rejection without one must not end the process.
  ready.catch((error: unknown) =>
    logger.error({ err: error }, 'not everything that ran before could be started'),
  );

  stops.add('reload', () => reload.close());
  database.writer?.onTakenBack(
    async () => {
      // What a start brings up must not come between.
      await ready.catch(() => undefined);
      await reload.forget();
    },
    () => reload.recover(),
  );

  return {
    url,
    database: database.kind,
    ready,
    async close() {
      state.phase = 'stopping';
      return stops.run();
    },
  };
}
