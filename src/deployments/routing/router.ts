import { Unavailable } from '../../platform/failures.js';
import { untilAborted, type AbortSignalLike } from '../../platform/until-aborted.js';
import type { DeploymentTarget, VersionSet } from '../deployment-requests.js';
import { loadFailure } from '../harness/load-failure.js';
import type { ModelHandle } from './model-handle.js';
import { chooseArm } from './choose-arm.js';
import { primaryOf, RoutingTable, type Arm, type ComingArm, type DeploymentRoutes } from './routing-table.js';

/** Which of a deployment's versions a request goes to. */
export interface Route {
  /** Requests of one key go to one version, as far as the weights allow. Null: by chance. */
  readonly routingKey: string | null;
  /** The version that must answer. Null: any. */
  readonly versionId: string | null;
  /** Those that may answer. Null: all. */
  readonly among: VersionSet | null;
}

export const ANY_ROUTE: Route = { routingKey: null, versionId: null, among: null };

export function takesAny({ routingKey, pin, among }: DeploymentTarget): boolean {
  return routingKey === undefined && pin === undefined && among === undefined;
}

/**
 * Lets requests in to what serves. Invariant: a request is answered by one arm as a whole, and by one that serves whenever
 * any with traffic does.
 */
export class Router {
  private current = new RoutingTable();
  private readonly waiting = new Map<string, Set<() => void>>();

  get table(): RoutingTable {
    return this.current;
  }

  swap(deployment: string, routes: DeploymentRoutes | null): void {
    this.current = this.current.with(deployment, routes);
    const waiting = this.waiting.get(deployment);
    this.waiting.delete(deployment);
    for (const wake of waiting ?? []) wake();
  }

  /**
   * The right to run what the deployment serves. Waits for what is about to serve, until `signal` ends.
   *
   * @returns null when nothing that the route allows serves, and nothing is on its way.
   * @throws DomainError OVERLOADED; what loading an unloaded model fails with.
   */
  async acquire(
    deployment: string,
    signal: AbortSignalLike,
    route: Route = ANY_ROUTE,
  ): Promise<ModelHandle | null> {
    const routes = this.current.of(deployment);
    if (!routes) return null;
    const leave = routes.admission.enter(routes.maxQueue);
    let handle: ModelHandle | null = null;
    try {
      handle = await this.serving(deployment, signal, leave, route);
    } finally {
      if (!handle) leave();
    }
    return handle;
  }

  /** For a mirrored request: the right to run what the revision serves now, or null. Nobody waits for it. */
  async acquireFrom(
    deployment: string,
    revision: number,
    signal: AbortSignalLike,
  ): Promise<ModelHandle | null> {
    const arm = this.current.of(deployment)?.arms.find((other) => other.revision === revision);
    return (await arm?.serving.acquire(signal, () => undefined)) ?? null;
  }

  private async serving(
    deployment: string,
    signal: AbortSignalLike,
    leave: () => void,
    route: Route,
  ): Promise<ModelHandle | null> {
    for (;;) {
      const routes = this.current.of(deployment);
      if (!routes) return null;
      const arm = choose(routes, route);
      if (arm) {
        try {
          const handle = await arm.serving.acquire(signal, leave);
          const trial = this.current.of(deployment)?.trial ?? null;
          return trial === null || route.versionId !== null ? handle : trial.follow(handle, arm.revision);
        } catch (error) {
          // What it failed with is for this request, unless the model as such is gone: then another may be coming.
          if (signal.aborted || this.isServed(deployment, arm) || loadFailure(error) instanceof Unavailable)
            throw error;
          continue;
        }
      }
      const coming = comingTo(routes, route);
      if (coming.length === 0) return null;
      refuseBehind(coming);
      await this.changed(deployment, signal);
    }
  }

  private isServed(deployment: string, { serving }: Arm): boolean {
    return this.current.of(deployment)?.arms.some((other) => other.serving === serving) === true;
  }

  private changed(deployment: string, signal: AbortSignalLike): Promise<void> {
    let wake: () => void = () => undefined;
    const change = new Promise<void>((resolve) => (wake = resolve));
    const waiting = this.waiting.get(deployment) ?? new Set();
    this.waiting.set(deployment, waiting.add(wake));
    return untilAborted(change, signal).finally(() => waiting.delete(wake));
  }
}

/** Null while none that the route allows serves. */
function choose(routes: DeploymentRoutes, { routingKey, versionId, among }: Route): Arm | null {
  if (among !== null) return choose(narrowed(routes, among), { routingKey, versionId, among: null });
  const { arms } = routes;
  if (versionId !== null) {
    const pinned = arms.filter(({ serving }) => serving.version.id === versionId);
    return pinned.find(({ weight }) => weight > 0) ?? pinned[0] ?? null;
  }
  const primary = primaryOf(routes);
  if (primary && arms.length === 1) return primary;
  // One that is away for a moment must cost nobody an answer while another can give it.
  const able = arms.filter(({ weight }) => weight > 0);
  const shares = able.map(({ weight, serving }) => ({ key: serving.version.id, weight }));
  if (shares.length > 0) return able[chooseArm(shares, routingKey, Math.random)] ?? null;
  return primary;
}

function narrowed(routes: DeploymentRoutes, among: VersionSet): DeploymentRoutes {
  const arms = routes.arms.filter(({ serving }) => among.has(serving.version));
  return arms.length === routes.arms.length ? routes : { ...routes, arms };
}

/** Where what the route wants may serve without anybody doing more. */
function comingTo(routes: DeploymentRoutes, { versionId, among }: Route): readonly ComingArm[] {
  if (!primaryOf(routes)) return routes.coming;
  if (versionId === null) return among === null ? routes.coming : [];
  return routes.coming.filter((arm) => arm.isReturning && arm.versionId === versionId);
}

/** @throws what stands in the way of all of them: nobody knows how long it will */
function refuseBehind(coming: readonly ComingArm[]): void {
  const [first] = coming;
  if (first?.obstacle && coming.every(({ obstacle }) => obstacle !== null)) throw first.obstacle();
}
