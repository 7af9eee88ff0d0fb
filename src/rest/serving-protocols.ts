import type { FastifyInstance } from 'fastify';
import type { CatalogService } from '../catalog/index.js';
import type { DeploymentService } from '../deployments/index.js';
import type { InferenceService } from '../inference/index.js';
import type { EventLog } from '../platform/events/index.js';
import type { Readiness } from './health-routes.js';
import { ModelRepository } from './open-inference/model-repository.js';
import { registerOpenInference } from './open-inference/register-open-inference.js';
import { recordFailedCalls, takeBodiesAsBytes } from './protocol-body.js';
import { ServedModels } from './served-models.js';
import { registerTfServing } from './tf-serving/register-tf-serving.js';

export interface ServingServices {
  readonly catalog: CatalogService;
  readonly deployments: DeploymentService;
  readonly inference: InferenceService;
  readonly events: EventLog;
}

/**
 * The protocols other model servers speak, on the same services as GraphQL: the same checks, events and errors. Needs a
 * scope of its own, since it reads every body as bytes.
 */
export async function registerServingProtocols(
  scope: FastifyInstance,
  services: ServingServices,
  readiness: () => Promise<Readiness>,
): Promise<void> {
  takeBodiesAsBytes(scope);
  recordFailedCalls(scope, services.events);
  const models = new ServedModels(services);
  const repository = new ModelRepository({ ...services, models });
  await registerOpenInference(scope, { ...services, models, repository, readiness });
  await registerTfServing(scope, { ...services, models });
}
