import { checkReason, type CatalogService, type VersionRecord } from '../catalog/index.js';
import { DomainError } from '../platform/errors.js';
import type { EventLog, NewEvent } from '../platform/events/index.js';
import type { Logger } from '../platform/logging.js';
import type { Caller } from '../security/index.js';
import { because, followingChanged, SYSTEM } from './deployment-events.js';
import type { DeploymentStore } from './deployment-store.js';
import { migrationRefused } from './migrations/migration-events.js';
import { readPlan, type PlanInput } from './migrations/migration-input.js';
import type { DeploymentAccess, MigrationService } from './migrations/migration-service.js';
import type { MigrationRun } from './migrations/migration-run.js';
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

/** Why a deployment is to go where its alias points. */
interface Occasion {
  readonly caller: Caller;
  readonly reason: string | null;
  /** The alias may have moved while nobody saw it. */
  readonly restarted?: boolean;
}

/** Keeps deployments at the version that an alias of their model points to, each by its declared way of migrating. */
export class AliasFollower {
  /** Who follows which alias, by the model's id and the alias. */
  private readonly followers = new Map<string, Set<string>>();
  /** Deployments that could not go where their alias went, as they did not serve then. */
  private readonly owed = new Map<string, Occasion>();
  private readonly turns: StepQueue;
  private closing = new AbortController();

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
    const how = { strategy, plan, allowBreaking: allowBreaking ?? false };
    const followPlan: FollowPlan = { ...how, followedTo: null };
    await events.transaction(async (tx) => {
      await store.setFollowed(tx, deployment.id, alias, alias === null ? null : followPlan);
      const change = { deployment, model, alias, before: deployment.followed, reason, caller };
      return { result: undefined, events: [followingChanged(change)] };
    });
    this.remember(deployment, alias);
    if (alias !== null) await this.turns.add(() => this.catchUp(deployment.name, { caller, reason }));
    return access.require(request.deployment);
  }

  /** After a restart: goes where the aliases went that nobody followed any more. */
  async recover(): Promise<void> {
    for (const deployment of await this.deps.store.following()) {
      this.remember(deployment, deployment.followed);
      const occasion = { caller: SYSTEM, reason: null, restarted: true };
      void this.turns.add(() => this.catchUp(deployment.name, occasion));
    }
  }

  /** A migration that was begun goes on after the next start. */
  async close(): Promise<void> {
    this.closing.abort();
    await this.turns.idle();
  }

  /** As `close`, to `recover` later. */
  async forget(): Promise<void> {
    await this.close();
    this.followers.clear();
    this.owed.clear();
    this.closing = new AbortController();
  }

  private onEvent(event: NewEvent): void {
    const { model, deployment, data, actor } = event;
    if (deployment && data?.toState === 'READY') void this.turns.add(() => this.payOff(deployment.name));
    if (!model) return;
    const caller = { ...SYSTEM, actor };
    const reason = typeof data?.reason === 'string' ? data.reason : null;
    for (const alias of movedAliases(event))
      for (const name of this.followers.get(key(model.id, alias)) ?? [])
        void this.turns.add(() => this.catchUp(name, { caller, reason }));
  }

  private async payOff(name: string): Promise<void> {
    const occasion = this.owed.get(name);
    if (occasion) await this.catchUp(name, occasion);
  }

  private remember({ name, modelId }: DeploymentRecord, alias: string | null): void {
    for (const names of this.followers.values()) names.delete(name);
    if (alias === null) return;
    const at = key(modelId, alias);
    this.followers.set(at, (this.followers.get(at) ?? new Set()).add(name));
  }

  /** Begins to migrate to where the alias points, unless the deployment is there, or on its way there. */
  private async catchUp(name: string, occasion: Occasion): Promise<void> {
    const { access, catalog, events, store } = this.deps;
    if (this.closing.signal.aborted) return;
    const deployment = await access.require(name);
    const { followed: alias } = deployment;
    const how = await store.followPlan(deployment.id);
    const [model] = await catalog.modelsByIds([deployment.modelId]);
    this.owed.delete(name);
    if (alias === null || !how || !model) return;
    const to = await this.target(model, alias).catch(() => null);
    if (!to) return;
    // What came after it went there was somebody's decision, or a guard's, and stays.
    if (occasion.restarted && how.followedTo === to.id) return;
    if (deployment.state !== 'READY') {
      this.owed.set(name, occasion);
      return;
    }
    const { caller, reason } = occasion;
    const why = `${alias} points to ${to.ref}${because(reason)}`;
    let run: MigrationRun | null = null;
    try {
      run = await this.go(name, to, how, caller, why);
    } catch (error) {
      if (!(error instanceof DomainError)) throw error;
      if (error.code === 'DEPLOYMENT_NOT_READY') {
        this.owed.set(name, occasion);
        return;
      }
      events.record(migrationRefused({ deployment, to, alias, reason: error.message, caller }));
    }
    await store.setFollowedTo(deployment.id, alias, to.id);
    if (run) await within(REST_MS, run.rested, this.closing.signal);
  }

  /** @returns null when it is there, or on its way there. */
  private async go(
    name: string,
    to: VersionRecord,
    how: FollowPlan,
    caller: Caller,
    why: string,
  ): Promise<MigrationRun | null> {
    const { access, migrations } = this.deps;
    const run = migrations.runOf(name);
    if (run && isOpen(run.migration.state)) {
      if (run.to.id === to.id) return null;
      await migrations.abandon(name, caller, why);
    }
    // Read anew: what was abandoned may have changed what serves.
    const current = await access.require(name);
    if (current.revision.versionId === to.id) return null;
    return migrations.begin(caller, current, to, { ...how, reason: why });
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
