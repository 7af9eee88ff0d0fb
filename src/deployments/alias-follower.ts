import { checkReason, type CatalogService, type VersionRecord } from '../catalog/index.js';
import { DomainError } from '../platform/errors.js';
import type { EventLog, NewEvent } from '../platform/events/index.js';
import type { Logger } from '../platform/logging.js';
import type { Caller } from '../security/index.js';
import { followingChanged, SYSTEM } from './deployment-events.js';
import type { DeploymentStore } from './deployment-store.js';
import { migrationRefused } from './migrations/migration-events.js';
import { readPlan, type PlanInput } from './migrations/migration-input.js';
import type { DeploymentAccess, MigrationService } from './migrations/migration-service.js';
import { isOpen } from './migrations/records.js';
import type { DeploymentRecord, FollowPlan } from './records.js';
import { StepQueue } from './step-queue.js';
import { within } from './waiting.js';

/** How long the next alias to follow waits for a migration to come to rest. */
const REST_MS = 30_000;

export interface FollowRequest extends PlanInput {
  readonly deployment: string;
  /** Null: follows none any more. */
  readonly alias?: string | null | undefined;
  /** Also where callers would be refused or misled. */
  readonly allowBreaking?: boolean | null | undefined;
  readonly reason?: string | null | undefined;
}

/** Keeps deployments at the version that an alias of their model points to, each by its declared way of migrating. */
export class AliasFollower {
  /** Who follows which alias, by the model's id and the alias. */
  private readonly followers = new Map<string, Set<string>>();
  private readonly turns: StepQueue;
  private closed = false;

  constructor(
    private readonly deps: {
      readonly catalog: CatalogService;
      readonly events: EventLog;
      readonly logger: Logger;
      readonly store: DeploymentStore;
      readonly access: DeploymentAccess;
      readonly migrations: MigrationService;
    },
  ) {
    this.turns = new StepQueue((error) =>
      deps.logger.error({ err: error }, 'an alias could not be followed'),
    );
    deps.events.onCommitted((event) => this.onEvent(event));
  }

  /**
   * @throws DomainError DEPLOYMENT_NOT_FOUND, VERSION_NOT_FOUND when there is no such alias, INVALID_ARGUMENT
   */
  async follow(caller: Caller, request: FollowRequest): Promise<DeploymentRecord> {
    const { access, catalog, events, store } = this.deps;
    const plan = readPlan(request);
    const reason = checkReason(request.reason);
    const deployment = await access.require(request.deployment, ['deployment']);
    const alias = request.alias ?? null;
    const [model] = await catalog.modelsByIds([deployment.modelId]);
    if (!model) throw new DomainError('INTERNAL', 'A deployment refers to a model that is not there.');
    if (alias !== null) await this.target(model, alias);
    const { strategy, allowBreaking } = request;
    const followPlan: FollowPlan = { strategy, plan, allowBreaking: allowBreaking ?? false };
    await events.transaction(async (tx) => {
      await store.setFollowed(tx, deployment.id, alias, alias === null ? null : followPlan);
      const change = { deployment, model, alias, before: deployment.followed, reason, caller };
      return { result: undefined, events: [followingChanged(change)] };
    });
    this.remember(deployment, alias);
    if (alias !== null) await this.turns.add(() => this.catchUp(deployment.name, caller, reason));
    return access.require(request.deployment);
  }

  /** After a restart: goes where the aliases went meanwhile. */
  async recover(): Promise<void> {
    for (const deployment of await this.deps.store.following()) {
      this.remember(deployment, deployment.followed);
      void this.turns.add(() => this.catchUp(deployment.name, SYSTEM, null));
    }
  }

  async close(): Promise<void> {
    this.closed = true;
    await this.turns.idle();
  }

  private onEvent(event: NewEvent): void {
    const { model, data, actor } = event;
    if (!model) return;
    const caller = { ...SYSTEM, actor };
    const why = typeof data?.reason === 'string' ? data.reason : null;
    for (const alias of movedAliases(event))
      for (const name of this.followers.get(key(model.id, alias)) ?? [])
        void this.turns.add(() => this.catchUp(name, caller, why));
  }

  private remember({ name, modelId }: DeploymentRecord, alias: string | null): void {
    for (const names of this.followers.values()) names.delete(name);
    if (alias === null) return;
    const at = key(modelId, alias);
    this.followers.set(at, (this.followers.get(at) ?? new Set()).add(name));
  }

  /** Begins to migrate to where the alias points, unless the deployment is there, or on its way there. */
  private async catchUp(name: string, caller: Caller, reason: string | null): Promise<void> {
    const { access, catalog, migrations, events, store } = this.deps;
    if (this.closed) return;
    const deployment = await access.require(name);
    const { followed: alias } = deployment;
    const how = await store.followPlan(deployment.id);
    const [model] = await catalog.modelsByIds([deployment.modelId]);
    if (alias === null || !how || !model || deployment.state !== 'READY') return;
    const to = await this.target(model, alias).catch(() => null);
    if (!to) return;
    const why = `${alias} points to ${to.ref}${reason === null ? '' : `: ${reason}`}`;
    try {
      const run = migrations.runOf(name);
      if (run && isOpen(run.migration.state)) {
        if (run.to.id === to.id) return;
        await migrations.abandon(name, caller, why);
      }
      // Read anew: what was abandoned may have changed what serves.
      const current = await access.require(name);
      if (current.revision.versionId === to.id) return;
      const started = await migrations.begin(caller, current, to, { ...how, reason: why });
      await within(REST_MS, started.rested);
    } catch (error) {
      if (!(error instanceof DomainError)) throw error;
      const refused = { deployment, to, alias, reason: error.message, caller };
      events.record(migrationRefused(refused));
    }
  }

  /** @throws DomainError VERSION_NOT_FOUND when there is no such alias. */
  private target(model: { readonly name: string }, alias: string): Promise<VersionRecord> {
    return this.deps.catalog.resolveVersion(`${model.name}@${alias}`, ['alias']);
  }
}

/** An import tells of all the aliases it moved at once. */
function movedAliases({ kind, data }: NewEvent): string[] {
  const told = kind === 'ALIAS_MOVED' ? [data?.alias] : kind === 'MODEL_IMPORTED' ? data?.aliasesMoved : [];
  return Array.isArray(told) ? told.filter((alias: unknown) => typeof alias === 'string') : [];
}

function key(modelId: string, alias: string): string {
  return `${modelId}/${alias}`;
}
