import { type CatalogService } from '../catalog/index.js';
import { DomainError } from '../platform/errors.js';
import type { EventLog, NewEvent } from '../platform/events/index.js';
import type { Caller } from '../security/index.js';
import { followingChanged, SYSTEM } from './deployment-events.js';
import { requireDeployment } from './deployment-refusals.js';
import type { DeploymentStore } from './deployment-store.js';
import { servingPrimary } from './desired/desired.js';
import type { DesiredStore } from './desired/desired-store.js';
import type { Fleet } from './harness/fleet.js';
import { readPlan, type PlanInput } from './migrations/migration-input.js';
import type { DeploymentRecord, FollowPlan } from './records.js';
import { within } from './routing/waiting.js';
import { checkReason } from '../platform/text/check-text.js';

/** How long `follow` waits for the migration to where the alias points to come to rest. */
const REST_MS = 30_000;

export interface FollowRequest extends PlanInput {
  readonly deployment: string;
  /** Null: follows none any more. */
  readonly alias?: string | null | undefined;
  /** Also where callers would be refused or misled. */
  readonly allowBreaking?: boolean | null | undefined;
  readonly reason?: string | null | undefined;
}

/** Knows which deployments follow which alias, and tells them when it moved. */
export class AliasFollower {
  /** Names of deployments, by the model's id and the alias. */
  private readonly followers = new Map<string, Set<string>>();

  constructor(
    private readonly deps: {
      readonly catalog: CatalogService;
      readonly events: EventLog;
      readonly deployments: DeploymentStore;
      readonly store: DesiredStore;
      readonly fleet: Fleet;
    },
  ) {
    deps.events.onCommitted((event) => this.onEvent(event));
  }

  /**
   * @throws DomainError DEPLOYMENT_NOT_FOUND, VERSION_NOT_FOUND when there is no such alias, INVALID_ARGUMENT
   */
  async follow(caller: Caller, request: FollowRequest): Promise<DeploymentRecord> {
    const { catalog, deployments, events, fleet, store } = this.deps;
    const plan = readPlan(request);
    const reason = checkReason(request.reason);
    const deployment = await requireDeployment(deployments, request.deployment, ['deployment']);
    const alias = request.alias ?? null;
    const [model] = await catalog.modelsByIds([deployment.modelId]);
    if (!model) throw new DomainError('INTERNAL', 'A deployment refers to a model that is not there.');
    if (alias !== null) await catalog.resolveVersion(`${model.name}@${alias}`, ['alias']);
    const { strategy } = request;
    const how = { strategy, plan, allowBreaking: request.allowBreaking ?? false };
    const followPlan: FollowPlan = { ...how, followedTo: null };
    await fleet.changeAndWait(deployment.name, async (seat) => {
      await events.transaction(async (tx) => {
        await store.setFollowed(tx, deployment.id, alias, alias === null ? null : followPlan);
        const change = { deployment, model, alias, before: deployment.followed, reason, caller };
        return { result: undefined, events: [followingChanged(change)] };
      });
      this.remember(deployment, alias);
      if (alias !== null) seat.owe({ caller, reason, isStart: false });
      const isThere = () =>
        (seat.owesNothing || servingPrimary(seat.desired.revisions) === null) &&
        seat.desired.migration?.state !== 'LOADING';
      return () => (alias === null ? Promise.resolve() : within(REST_MS, seat.until(isThere)));
    });
    return requireDeployment(deployments, request.deployment);
  }

  /** After a start. */
  async start(): Promise<void> {
    this.followers.clear();
    for (const deployment of await this.deps.store.followers())
      this.remember(deployment, deployment.followed);
  }

  private onEvent(event: NewEvent): void {
    const { model, data, actor } = event;
    if (!model) return;
    const caller = { ...SYSTEM, actor };
    const reason = typeof data?.reason === 'string' ? data.reason : null;
    for (const alias of movedAliases(event))
      for (const name of this.followers.get(key(model.id, alias)) ?? [])
        this.deps.fleet.owe(name, { caller, reason, isStart: false });
  }

  private remember(
    { name, modelId }: { readonly name: string; readonly modelId: string },
    alias: string | null,
  ): void {
    for (const names of this.followers.values()) names.delete(name);
    if (alias === null) return;
    const at = key(modelId, alias);
    this.followers.set(at, (this.followers.get(at) ?? new Set()).add(name));
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
