import type { FastifyInstance } from 'fastify';
import type { ArtifactStore } from '../artifacts/index.js';
import type { JobFiles } from '../batch/index.js';
import type { TransferService } from '../transfer/index.js';
import type { GitService } from '../git/index.js';
import type { JobService } from '../jobs/index.js';
import type { Config } from '../platform/config.js';
import type { EventLog } from '../platform/events/index.js';
import { registerArchiveRoutes } from './files/archive-routes.js';
import { registerArtifactRoutes } from './files/artifact-routes.js';
import { recordFailedUploads } from './files/failed-uploads.js';
import { registerErrorHandlers } from './error-handlers.js';
import { registerFileRoutes } from './files/file-routes.js';
import { registerGitRoutes } from './git-routes.js';
import { registerHealthRoutes, type Readiness } from './health-routes.js';
import { registerJobRoutes } from './files/job-routes.js';
import { registerMetricsRoute } from './metrics-route.js';
import { notFoundPage } from './not-found-page.js';
import { registerPageRoutes } from './page-routes.js';
import { registerRequestLog } from './request-log.js';
import { RouteTable } from './route-table.js';
import { registerServingProtocols, type ServingServices } from './serving-protocols.js';

export interface RestOptions {
  readonly artifacts: ArtifactStore;
  /** What archives of models need; without it their routes are not there. */
  readonly transfer?: TransferService;
  readonly events: Pick<EventLog, 'recordFailure'>;
  readonly readiness: () => Promise<Readiness>;
  readonly config: Pick<Config, 'graphiql' | 'dashboard'>;
  /** Holds the built pages, `dashboard/index.html` and `graphiql/index.html` among them. */
  readonly webDirectory: string;
  /** What the serving protocols, `/v1` and `/v2`, need; without it they are not there. */
  readonly serving?: ServingServices;
  /** What `/git` needs; without it it is not there. */
  readonly git?: GitService;
  /** What `/jobs` needs; without it it is not there. */
  readonly jobs?: JobService;
  /** What `/files` and the results of jobs need; without it `/files` is not there. */
  readonly jobFiles?: JobFiles;
  /** What `/metrics` answers; without it it is not there. */
  readonly metricsText?: () => string;
}

/**
 * Everything over HTTP that is not GraphQL, and the answers to what no route takes. Register it before other
 * transports: it lists their routes in those answers.
 */
export async function registerRest(app: FastifyInstance, options: RestOptions): Promise<void> {
  const page = options.config.dashboard ? notFoundPage(options.webDirectory) : null;
  registerErrorHandlers(app, new RouteTable(app), page);
  registerRequestLog(app);
  // Each in a scope of its own: the upload's raw body parser must not reach /graphql.
  await app.register(async (scope) => {
    recordFailedUploads(scope, options.events);
    await registerArtifactRoutes(scope, options.artifacts);
  });
  const { transfer } = options;
  if (transfer) {
    await app.register(async (scope) => {
      recordFailedUploads(scope, options.events);
      await registerArchiveRoutes(scope, transfer);
    });
  }
  await app.register(async (scope) => registerHealthRoutes(scope, options.readiness));
  const { serving, git, jobs, jobFiles, readiness, metricsText } = options;
  if (jobs) await app.register(async (scope) => registerJobRoutes(scope, jobs, jobFiles?.results));
  if (jobFiles) {
    await app.register(async (scope) => {
      recordFailedUploads(scope, options.events);
      await registerFileRoutes(scope, jobFiles.uploads);
    });
  }
  if (metricsText) await app.register(async (scope) => registerMetricsRoute(scope, metricsText));
  if (git) await app.register(async (scope) => registerGitRoutes(scope, git));
  if (serving) await app.register(async (scope) => registerServingProtocols(scope, serving, readiness));
  await app.register(async (scope) => registerPageRoutes(scope, options.config, options.webDirectory));
}
