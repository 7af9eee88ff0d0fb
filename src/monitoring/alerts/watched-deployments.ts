import type { CatalogService } from '../../catalog/index.js';
import { deploymentPages, type DeploymentRecord, type DeploymentService } from '../../deployments/index.js';
import type { EventKind, EventLog } from '../../platform/events/index.js';
import type { WatchedDeployment } from './evaluation/metric-source.js';

/** What changes which deployments there are, or what they serve. */
const CHANGES: ReadonlySet<EventKind> = new Set<EventKind>([
  'DEPLOYMENT_STATE_CHANGED',
  'DEPLOYMENT_ROLLED_BACK',
  'TRAFFIC_CHANGED',
  'MIGRATION_ADVANCED',
  'MIGRATION_SUCCEEDED',
  'MIGRATION_ROLLED_BACK',
  'MIGRATION_ABORTED',
  'MODEL_DELETED',
]);

/** Every deployment, read again when something has changed. */
export class WatchedDeployments {
  private known: readonly WatchedDeployment[] = [];
  private stale = true;

  constructor(
    private readonly deps: {
      readonly deployments: DeploymentService;
      readonly catalog: CatalogService;
      readonly events: EventLog;
    },
  ) {
    deps.events.onCommitted(({ kind }) => {
      if (CHANGES.has(kind)) this.stale = true;
    });
    deps.events.onMissed(() => (this.stale = true));
  }

  /** @throws DomainError UNAVAILABLE */
  async all(): Promise<readonly WatchedDeployment[]> {
    if (!this.stale) return this.known;
    this.stale = false;
    try {
      this.known = await this.read();
    } catch (error) {
      this.stale = true;
      throw error;
    }
    return this.known;
  }

  private async read(): Promise<WatchedDeployment[]> {
    const found: WatchedDeployment[] = [];
    for await (const page of deploymentPages(this.deps.deployments))
      found.push(...(await this.watched(page)));
    return found;
  }

  private async watched(page: readonly DeploymentRecord[]): Promise<WatchedDeployment[]> {
    const ids = [...new Set(page.map(({ revision }) => revision.versionId))];
    const versions = new Map(
      (await this.deps.catalog.versionsByIds(ids)).map((version) => [version.id, version]),
    );
    return page.map(({ id, name, state, createdAt, revision }) => {
      const version = versions.get(revision.versionId);
      return {
        id,
        name,
        state,
        servingSince: (revision.servedAt ?? createdAt).getTime(),
        versionPublishedAt: (version?.createdAt ?? createdAt).getTime(),
        versionRef: version?.ref ?? name,
        versionId: revision.versionId,
      };
    });
  }
}
