import type { CatalogService } from '../catalog/index.js';
import type { DeploymentService } from '../deployments/index.js';
import type { InferenceService } from '../inference/index.js';
import type { PredictionService } from '../pipelines/index.js';
import type { EventLog } from '../platform/events/index.js';
import type { Logger } from '../platform/logging.js';
import type { Caller } from '../security/index.js';
import { createLoaders, type Loaders } from './loaders.js';

export interface GraphqlServices {
  readonly catalog: CatalogService;
  readonly deployments: DeploymentService;
  readonly inference: InferenceService;
  readonly predictions: PredictionService;
  readonly events: EventLog;
  readonly logger: Logger;
}

/** What every resolver of one operation is given. */
export interface RequestContext extends Omit<GraphqlServices, 'logger'> {
  readonly caller: Caller;
  /** Aborted when whoever asked has gone. */
  readonly signal: AbortSignal;
  readonly startedAt: number;
  loaders: Loaders;
}

export function createContext(
  services: GraphqlServices,
  caller: Caller,
  signal: AbortSignal,
): RequestContext {
  const { catalog, deployments, inference, predictions, events } = services;
  return {
    catalog,
    deployments,
    inference,
    predictions,
    events,
    caller,
    signal,
    startedAt: performance.now(),
    loaders: createLoaders(services, { cache: true }),
  };
}

/** Once the operation is known: what may change while it runs must not be remembered. */
export function prepareFor(operation: 'query' | 'mutation' | 'subscription', context: RequestContext): void {
  if (operation !== 'query') context.loaders = createLoaders(context, { cache: false });
}
