import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { InferenceService } from '../../inference/index.js';
import { Disconnection } from '../../platform/disconnection.js';
import { packageRoot } from '../../platform/package-root.js';
import type { Readiness } from '../health-routes.js';
import { bodyBytes, booleanAt, isAbsent, jsonObject, objectAt } from '../protocol-body.js';
import { RestError } from '../rest-error.js';
import type { ServedModels } from '../served-models.js';
import { readInferRequest } from './infer-request.js';
import { sendInferAnswer, writeInferAnswer } from './infer-response.js';
import { modelConfiguration } from './model-configuration.js';
import { assertReady, modelMetadata } from './model-description.js';
import { allStatistics, statisticsUnder } from './model-statistics.js';
import type { ModelRepository } from './model-repository.js';

const EXTENSIONS = [
  'binary_tensor_data',
  'model_configuration',
  'model_repository',
  'schedule_policy',
  'statistics',
];

interface ModelPath {
  Params: { model: string; version?: string };
}

export interface OpenInferenceServices {
  readonly models: ServedModels;
  readonly repository: ModelRepository;
  readonly inference: InferenceService;
  readonly readiness: () => Promise<Readiness>;
}

/** Routes of the protocol's other extensions: clients ask for them by method, so each says that it is not supported. */
const UNSUPPORTED = [
  ['the trace extension', '/v2/trace/setting'],
  ['the trace extension', '/v2/models/:model/trace/setting'],
  ['the logging extension', '/v2/logging'],
  ['the shared memory extensions', '/v2/systemsharedmemory/*'],
  ['the shared memory extensions', '/v2/cudasharedmemory/*'],
] as const;

/**
 * The Open Inference Protocol v2 with the binary tensor, model configuration, model repository, schedule policy and statistics extensions.
 */
export async function registerOpenInference(
  app: FastifyInstance,
  services: OpenInferenceServices,
): Promise<void> {
  registerServerRoutes(app, services.readiness);
  registerRepositoryRoutes(app, services.repository);
  for (const [extension, path] of UNSUPPORTED)
    app.route({ method: ['GET', 'POST'], url: path, handler: async () => refuseExtension(extension) });
  app.get('/v2/models/stats', async () =>
    allStatistics(await services.repository.deployed(), services.inference.statistics()),
  );
  for (const path of ['/v2/models/:model', '/v2/models/:model/versions/:version']) {
    registerModelRoutes(app, path, services);
  }
}

function registerServerRoutes(app: FastifyInstance, readiness: () => Promise<Readiness>): void {
  const metadata = { name: 'retort', version: ownVersion(), extensions: EXTENSIONS };
  app.get('/v2', async () => metadata);
  app.get('/v2/', async () => metadata);
  app.get('/v2/health/live', async () => ({ live: true }));
  app.get('/v2/health/ready', async (_request, reply) => {
    const { ready } = await readiness();
    return reply.code(ready ? 200 : 503).send({ ready });
  });
}

function registerModelRoutes(app: FastifyInstance, path: string, services: OpenInferenceServices): void {
  const { models, inference } = services;
  app.get<ModelPath>(path, async ({ params: { model, version } }) =>
    modelMetadata(model, await models.describe(model, version)),
  );
  app.get<ModelPath>(`${path}/ready`, async ({ params: { model, version } }) => {
    assertReady(await models.describe(model, version));
    return { name: model, ready: true };
  });
  app.get<ModelPath>(`${path}/config`, async ({ params: { model, version } }) =>
    modelConfiguration(model, await models.describe(model, version)),
  );
  app.get<ModelPath>(`${path}/stats`, async ({ params: { model, version } }) => {
    const served = await models.describe(model, version);
    return statisticsUnder(model, served, version !== undefined, inference.statistics());
  });
  app.post<ModelPath>(`${path}/infer`, (request, reply) => {
    // Not returned: Fastify would wait once more for the reply that has been sent by then.
    infer(request, reply, services).catch((error: unknown) => void reply.send(error));
  });
}

async function infer(
  request: FastifyRequest<ModelPath>,
  reply: FastifyReply,
  { models, inference }: OpenInferenceServices,
): Promise<void> {
  const { model, version: selector } = request.params;
  const headerLength = request.headers['inference-header-content-length'];
  const wanted = readInferRequest(bodyBytes(request), headerLength?.toString());
  const target = models.knownTarget(model, selector) ?? (await models.target(model, selector));
  // Written out, as in the GraphQL resolver: spreading objects together took longer than all of reading the request.
  const asked = {
    deployment: target.deployment,
    version: target.version,
    inputs: wanted.inputs,
    outputs: wanted.outputs,
    deadlineMs: wanted.deadlineMs,
    priority: wanted.priority,
    signal: new Disconnection(reply.raw),
  };
  const { outputs: answer } = await inference.infer(request.caller, asked, (outputs, until, version) =>
    writeInferAnswer({ model, version: version.number, id: wanted.id, outputs }, wanted.isBinary, until),
  );
  sendInferAnswer(reply, answer);
}

function registerRepositoryRoutes(app: FastifyInstance, repository: ModelRepository): void {
  app.post('/v2/repository/index', async (request) => {
    const { ready } = optionalObject(request);
    return repository.index({ ready: isAbsent(ready) ? false : booleanAt(ready, 'ready') });
  });
  app.post<ModelPath>('/v2/repository/models/:model/load', async (request) => {
    refuseOverrides(optionalObject(request).parameters);
    await repository.load(request.caller, request.params.model);
    return {};
  });
  app.post<ModelPath>('/v2/repository/models/:model/unload', async (request) => {
    await repository.unload(request.caller, request.params.model);
    return {};
  });
}

/** Retort's models are in its catalog: ignoring a configuration or file of the request would load something else. */
function refuseOverrides(parameters: unknown): void {
  if (isAbsent(parameters)) return;
  const names = Object.keys(objectAt(parameters, 'parameters'));
  const found = names.find((name) => name === 'config' || name.startsWith('file:'));
  if (found === undefined) return;
  throw new RestError(
    'NOT_IMPLEMENTED',
    `parameters["${found.slice(0, 100)}"] is not supported: publish a version and deploy it over GraphQL.`,
  );
}

function refuseExtension(extension: string): never {
  throw new RestError(
    'NOT_IMPLEMENTED',
    `This server does not support ${extension}: GET /v2 lists what it does.`,
  );
}

function optionalObject(request: FastifyRequest): Readonly<Record<string, unknown>> {
  const bytes = bodyBytes(request);
  return bytes.length === 0 ? {} : jsonObject(bytes);
}

function ownVersion(): string {
  const manifest = JSON.parse(readFileSync(join(packageRoot, 'package.json'), 'utf8')) as { version: string };
  return manifest.version;
}
