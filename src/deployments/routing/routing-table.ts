import type { DomainError } from '../../platform/errors.js';
import type { Admission } from './admission.js';
import type { Serving } from '../harness/serving.js';
import type { Trial } from './trial.js';

/** A revision that serves. */
export interface Arm {
  readonly revision: number;
  readonly isPrimary: boolean;
  /** Its share of the deployment's traffic, in proportion to the other arms'. */
  readonly weight: number;
  readonly serving: Serving;
}

/** A revision that may serve without anybody doing more. */
export interface ComingArm {
  readonly versionId: string;
  /** It served until its runner was lost. */
  readonly isReturning: boolean;
  /** What stands in its way; null while nothing does. */
  readonly obstacle: (() => DomainError) | null;
}

/** Where requests to one deployment go. */
export interface DeploymentRoutes {
  readonly name: string;
  readonly arms: readonly Arm[];
  readonly coming: readonly ComingArm[];
  readonly admission: Admission;
  readonly maxQueue: number;
  /** Set while the candidate of a migration is watched. */
  readonly trial: Trial | null;
}

/** Where requests go. Immutable: a change is another table, and a request sees one or the other. */
export class RoutingTable {
  /** Made for the first request that names a version. */
  private byVersion: ReadonlyMap<string, readonly DeploymentRoutes[]> | null = null;

  constructor(private readonly byName: ReadonlyMap<string, DeploymentRoutes> = new Map()) {}

  of(deployment: string): DeploymentRoutes | undefined {
    return this.byName.get(deployment);
  }

  /** Deployments that serve the version, or did until they lost their runner. */
  serving(versionId: string): readonly DeploymentRoutes[] {
    this.byVersion ??= byVersion(this.byName);
    return this.byVersion.get(versionId) ?? [];
  }

  all(): readonly DeploymentRoutes[] {
    return [...this.byName.values()];
  }

  /** @param routes null: none any more */
  with(deployment: string, routes: DeploymentRoutes | null): RoutingTable {
    const byName = new Map(this.byName);
    if (routes) byName.set(deployment, routes);
    else byName.delete(deployment);
    return new RoutingTable(byName);
  }
}

export function primaryOf({ arms }: DeploymentRoutes): Arm | null {
  return arms.find(({ isPrimary }) => isPrimary) ?? null;
}

function byVersion(byName: ReadonlyMap<string, DeploymentRoutes>): Map<string, DeploymentRoutes[]> {
  const found = new Map<string, DeploymentRoutes[]>();
  for (const routes of byName.values())
    for (const versionId of versionsOf(routes))
      found.set(versionId, [...(found.get(versionId) ?? []), routes]);
  return found;
}

function versionsOf({ arms, coming }: DeploymentRoutes): Set<string> {
  const returning = coming.filter(({ isReturning }) => isReturning).map(({ versionId }) => versionId);
  return new Set([...arms.map(({ serving }) => serving.version.id), ...returning]);
}
