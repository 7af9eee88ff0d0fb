import { type CatalogService } from '../../catalog/index.js';
import { DomainError } from '../../platform/errors.js';
import type { EventLog } from '../../platform/events/index.js';
import type { Caller } from '../../security/index.js';
import type { DeploymentStore } from '../deployment-store.js';
import { requireDeployment } from '../deployment-refusals.js';
import type { Fleet } from '../harness/fleet.js';
import type { MigrationStep } from '../plan/plan-types.js';
import type { Reconciler } from '../reconciler.js';
import type { DeploymentRecord } from '../records.js';
import { checkedWait, within } from '../routing/waiting.js';
import { noMigration } from './migration-checks.js';
import { readPlan, type PlanInput } from './migration-input.js';
import type { MigrationStarter } from './migration-starter.js';
import type { MigrationStore } from './migration-store.js';
import type { MigrationProgress } from './migration-watch.js';
import {
  candidateOf,
  endMigration,
  pauseMigration,
  promoteCandidate,
  resumeMigration,
} from './plan-migration.js';
import { isOpen, type MigrationRecord } from './records.js';
import type { OpenMigration } from '../desired/desired.js';
import { checkReason } from '../../platform/text/check-text.js';

export interface MigrateRequest extends PlanInput {
  /** A name. */
  readonly deployment: string;
  /** A version ref. */
  readonly version: string;
  /** Migrate even where those who call the deployment now would be refused or misled. */
  readonly allowBreaking?: boolean | null | undefined;
  readonly reason?: string | null | undefined;
  /** Answers when the migration comes to rest (in its first step, at an approval, at its end), or after this long. */
  readonly waitMs?: number | null | undefined;
}

export interface MigrationRequest {
  readonly deployment: string;
  readonly reason?: string | null | undefined;
}

/** Moves what a deployment serves from one version to another, by a declared strategy. */
export class MigrationService {
  constructor(
    private readonly deps: {
      readonly catalog: CatalogService;
      readonly events: EventLog;
      readonly deployments: DeploymentStore;
      readonly migrations: MigrationStore;
      readonly starter: MigrationStarter;
      readonly fleet: Fleet;
    },
  ) {}

  /**
   * @throws DomainError DEPLOYMENT_NOT_FOUND, DEPLOYMENT_NOT_READY, VERSION_NOT_FOUND, INVALID_ARGUMENT, MODEL_ARCHIVED,
   * ALREADY_SERVED, BREAKING_SIGNATURE, MIGRATION_IN_PROGRESS, TRAFFIC_SPLIT.
   */
  async start(caller: Caller, request: MigrateRequest): Promise<DeploymentRecord> {
    const { catalog, deployments, fleet, starter } = this.deps;
    const plan = readPlan(request);
    const waitMs = checkedWait(request);
    const reason = checkReason(request.reason);
    const version = await catalog.resolveVersion(request.version);
    const { name } = await requireDeployment(deployments, request.deployment, ['deployment']);
    const { strategy, allowBreaking } = request;
    const how = { plan, strategy, reason, allowBreaking: allowBreaking ?? false };
    await fleet.changeAndWait(name, async (seat) => {
      const { id } = await starter.begin(seat, caller, version, how);
      return () =>
        within(
          waitMs,
          seat.until(() => isAtRest(seat, id)),
        );
    });
    return requireDeployment(deployments, name);
  }

  /** @throws DomainError DEPLOYMENT_NOT_FOUND, MIGRATION_NOT_FOUND */
  pause(caller: Caller, request: MigrationRequest): Promise<DeploymentRecord> {
    return this.change(request, (_, migration, reason) =>
      migration.state === 'PAUSED' || !isOpen(migration.state)
        ? null
        : pauseMigration(migration, migration.state, reason, caller),
    );
  }

  /**
   * Goes on with one that is paused; one that holds for approval is approved.
   *
   * @throws DomainError DEPLOYMENT_NOT_FOUND, MIGRATION_NOT_FOUND, MIGRATION_NOT_PAUSED, DEPLOYMENT_NOT_READY
   */
  resume(caller: Caller, request: MigrationRequest): Promise<DeploymentRecord> {
    return this.change(request, (seat, migration, reason) => {
      if (migration.state === 'PAUSED') return resumeMigration(migration, reason, caller);
      if (migration.state !== 'AWAITING_APPROVAL') throw notPaused(migration);
      const candidate = candidateOf(seat.desired, migration);
      if (!candidate || !seat.serves(candidate)) throw notBack(migration);
      return promoteCandidate(seat.desired, migration, reason, caller, Date.now());
    });
  }

  /** Everything goes back to what served before. @throws DomainError DEPLOYMENT_NOT_FOUND, MIGRATION_NOT_FOUND */
  abort(caller: Caller, request: MigrationRequest): Promise<DeploymentRecord> {
    return this.change(request, ({ desired }, migration, reason) =>
      endMigration(desired, migration, 'ABORTED', reason, caller, Date.now()),
    );
  }

  /** What is seen of a migration that is under way; null for one that has ended. */
  progressOf(name: string, { id }: MigrationRecord): MigrationProgress | null {
    return this.deps.fleet.find(name)?.progressOf(id) ?? null;
  }

  byIds(ids: readonly string[]): Promise<MigrationRecord[]> {
    return this.deps.migrations.byIds(ids);
  }

  /** Newest first within each deployment. */
  ofDeployments(deploymentIds: readonly string[]): Promise<MigrationRecord[]> {
    return this.deps.migrations.ofDeployments(deploymentIds);
  }

  private async change(
    request: MigrationRequest,
    stepOf: (seat: Reconciler, migration: OpenMigration, reason: string | null) => MigrationStep | null,
  ): Promise<DeploymentRecord> {
    const { deployments, events, fleet } = this.deps;
    const reason = checkReason(request.reason);
    const { name } = await requireDeployment(deployments, request.deployment, ['deployment']);
    await fleet.change(name, async (seat) => {
      const { migration } = seat.desired;
      if (!migration) throw noMigration(name);
      const step = stepOf(seat, migration, reason);
      if (step)
        await events.transaction(async (tx) => ({
          result: undefined,
          events: await seat.writeStep(tx, step),
        }));
    });
    return requireDeployment(deployments, name);
  }
}

/** In its first step, at an approval, or at its end. */
function isAtRest({ desired }: Reconciler, id: string): boolean {
  return desired.migration?.id !== id || desired.migration.state !== 'LOADING';
}

function notPaused({ state }: MigrationRecord): DomainError {
  return new DomainError(
    'MIGRATION_NOT_PAUSED',
    `Expected a migration that is paused or awaits approval, got one that is ${state}. It goes on by itself.`,
    { field: ['deployment'] },
  );
}

function notBack({ to }: OpenMigration): DomainError {
  return new DomainError(
    'DEPLOYMENT_NOT_READY',
    `The new version, ${to.ref}, is being loaded again. Approve it when it is back.`,
    { field: ['deployment'] },
  );
}
