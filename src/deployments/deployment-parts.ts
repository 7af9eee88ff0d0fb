import type { ArtifactStore } from '../artifacts/index.js';
import type { CatalogService } from '../catalog/index.js';
import type { RowProver } from '../onnx/index.js';
import type { Database } from '../platform/database/index.js';
import type { EventLog } from '../platform/events/index.js';
import type { Logger } from '../platform/logging.js';
import type { RemoteEngines, RunnerPool, RuntimeGraphs } from '../runtime/index.js';
import { DeploymentStore } from './deployment-store.js';
import { DesiredStore } from './desired/desired-store.js';
import type { MeasuredQualities } from './guards/index.js';
import { Fleet } from './harness/fleet.js';
import { MemoryBudget } from './harness/memory-budget.js';
import { MigrationStarter } from './migrations/migration-starter.js';
import { MigrationStore } from './migrations/migration-store.js';
import { ModelLoader } from './harness/model-loader.js';
import { ModelProver } from './harness/model-prover.js';
import { OnDemandModels } from './harness/on-demand-models.js';
import { Router } from './routing/router.js';
import { RowProofs } from './rows/row-proofs.js';
import { WarmUp, type WarmUpPipeline } from './harness/warm-up.js';

export interface DeploymentDependencies {
  readonly database: Database;
  readonly events: EventLog;
  readonly catalog: CatalogService;
  readonly artifacts: ArtifactStore;
  readonly graphs: RuntimeGraphs;
  readonly runners: RunnerPool;
  readonly remotes: RemoteEngines;
  readonly logger: Logger;
  /** All loaded models together may take this much memory. */
  readonly modelMemoryBytes: number;
  /** Since when other processes may have changed the catalog unheard; null while they cannot. */
  readonly deafSince: () => Date | null;
  /** Pipelines lie above this folder; what they need started before READY comes in here. */
  readonly warmUpPipeline: WarmUpPipeline;
  readonly rowProver: RowProver;
  /** What was measured of versions lies above this folder, too. */
  readonly qualities: MeasuredQualities;
}

/** Everything that deployments are made of, each built once. */
export function deploymentParts(deps: DeploymentDependencies) {
  const { artifacts, graphs, catalog, database, events, logger, runners, remotes, qualities } = deps;
  const deployments = new DeploymentStore(database);
  const store = new DesiredStore(database, deployments);
  const migrations = new MigrationStore(database);
  const starter = new MigrationStarter({ catalog, events, deployments, migrations, qualities });
  const memory = new MemoryBudget(deps.modelMemoryBytes);
  const loader = new ModelLoader({ artifacts, graphs, runners, remotes, memory });
  const proofs = new RowProofs({ catalog, graphs, prover: deps.rowProver, logger });
  const prover = new ModelProver(new WarmUp(catalog, deps.warmUpPipeline), proofs);
  const router = new Router();
  const parts = {
    catalog,
    events,
    logger,
    deployments,
    store,
    migrations,
    starter,
    router,
    remotes,
    qualities,
  };
  const onDemand = new OnDemandModels(loader, prover, events, logger);
  return { ...parts, memory, onDemand, fleet: new Fleet({ ...parts, loader, prover }) };
}
