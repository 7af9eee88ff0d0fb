import { join } from 'node:path';
import { VersionComparison } from './comparison/index.js';
import { registerGraphql, type HttpPaths } from './graphql/index.js';
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
import { prometheusText } from './monitoring/index.js';
import type { Config } from './platform/config.js';
import { openDatabase, type StartEmbedded } from './platform/database/index.js';
import { exposureOf, lockDirectory } from './platform/directory-lock.js';
import type { Logger } from './platform/logging.js';
import { packageRoot } from './platform/package-root.js';
import { StopList } from './platform/stop-list.js';
import { readinessOf, type Phase } from './readiness.js';
import { Reload } from './reload.js';
import { answerError, registerRest } from './rest/index.js';
import { assertBindAllowed, registerSecurity, type WrongKeys } from './security/index.js';
import { seedExamples } from './seed-examples.js';
import { buildServices, type ServiceOptions } from './services.js';

const STOP_GRACE_MS = 5_000;

/** For tests: no user ever sets these. */
export interface AppOptions extends ServiceOptions {
  readonly graphqlPaths?: HttpPaths;
  /** Starts the embedded database; by default in a thread of its own. */
  readonly startEmbedded?: StartEmbedded;
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

  const services = await buildServices({ config, logger, database, stops, options });
  const {
    events,
    artifacts,
    catalog,
    transfer,
    git,
    deployments,
    inference,
    comparisons,
    metrics,
    jobs,
    jobFiles,
    scheduleRunner,
    alerts,
  } = services;

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
    jobs,
    jobFiles,
    serving: { catalog, deployments, inference, events },
    metricsText: () => prometheusText(inference, metrics),
    readiness: readinessOf({ state, reload, events, database }),
  });
  const graphql = await registerGraphql(app, {
    services: { ...services, logger },
    config,
    guard,
    paths: options.graphqlPaths,
  });
  graphql.followDeployments();
  jobs.register(
    new VersionComparison({
      resolve: (ref, field) => catalog.resolveVersion(ref, field),
      graphs: comparisons,
      answer: graphql.answerComparisonPart,
    }),
  );
  const closeUnused = watchUnusedConnections(app.server);
  stops.add('http server', () =>
    drain(app, { drainMs: config.drainMs, logger, closeOthers: () => graphql.close(), closeUnused }),
  );
  const url = await listen(app, config);

  const cleaning = new HourlyCleaning({
    chores: services.chores,
    logger,
    isReady: () => state.phase === 'ready',
  });
  stops.add('pruning', () => cleaning.close());

  const ready = (async () => {
    await deployments.recover();
    await deployments.settled();
    await alerts.start();
    if (config.examples) await seedExamples({ artifacts, catalog, deployments, events, logger });
    if (state.phase === 'starting') state.phase = 'ready';
    cleaning.run();
  })();
  // A caller that waits on `ready` sees the failure; a rejection without one must not end the process.
  const settled = ready.catch((error: unknown) =>
    logger.error({ err: error }, 'not everything that ran before could be started'),
  );
  const beginJobs = () => {
    jobs.begin();
    scheduleRunner.begin();
  };
  void settled.then(beginJobs);

  stops.add('reload', () => reload.close());
  database.writer?.onTakenBack(
    async () => {
      // What a start brings up must not come between.
      await ready.catch(() => undefined);
      await scheduleRunner.forget();
      await jobs.forget();
      await reload.forget();
    },
    () => {
      reload.recover();
      beginJobs();
    },
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
