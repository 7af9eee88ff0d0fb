import { randomUUID } from 'node:crypto';
import { type CatalogService } from '../catalog/index.js';
import { DomainError } from '../platform/errors.js';
import type { EventLog } from '../platform/events/index.js';
import type { Caller } from '../security/index.js';
import { addRevision } from './add-revision.js';
import { requireDeployment, servesNothing } from './deployment-refusals.js';
import type { DeploymentStore } from './deployment-store.js';
import type { Fleet } from './harness/fleet.js';
import { readKeepWarm } from './migrations/migration-input.js';
import type { DeploymentRecord, RevisionRecord } from './records.js';
import type { Reconciler } from './reconciler.js';
import { settingsOf } from './settings/stored-settings.js';
import { checkedWait, within } from './routing/waiting.js';
import { checkReason } from '../platform/text/check-text.js';

export interface RollbackDeploymentRequest {
  readonly deployment: string;
  /** The number of an earlier revision; the one before the present one when left out. */
  readonly revision?: number | null | undefined;
  readonly reason?: string | null | undefined;
  readonly keepWarmMs?: number | null | undefined;
  /** Answers when the rollback is done or has failed, or after this long; it goes on then. */
  readonly waitMs?: number | null | undefined;
}

/**
 * Puts an earlier revision's version and settings back, as a new revision: the history only grows. Where its model was
 * kept warm it serves at once; else what serves goes on until it is loaded. Rolling back twice goes two back, not to and
 * fro, since the new revision's predecessor is that of the one it restored.
 */
export class DeploymentRollback {
  constructor(
    private readonly deps: {
      readonly catalog: CatalogService;
      readonly events: EventLog;
      readonly deployments: DeploymentStore;
      readonly fleet: Fleet;
    },
  ) {}

  /**
   * @throws DomainError DEPLOYMENT_NOT_FOUND, DEPLOYMENT_NOT_READY when nothing serves, or when the earlier revision cannot
   * be loaded; REVISION_NOT_FOUND, NO_EARLIER_TARGET, ALREADY_SERVED, MIGRATION_IN_PROGRESS, TRAFFIC_SPLIT,
   * INVALID_ARGUMENT.
   */
  async rollBack(caller: Caller, request: RollbackDeploymentRequest): Promise<DeploymentRecord> {
    const { deployments, fleet } = this.deps;
    const waitMs = checkedWait(request);
    const keepWarmMs = readKeepWarm(request.keepWarmMs);
    const reason = checkReason(request.reason);
    const deployment = await requireDeployment(deployments, request.deployment, ['deployment']);
    await fleet.changeAndWait(deployment.name, async (seat) => {
      const id = randomUUID();
      await this.write(seat, deployment, request.revision ?? null, { id, keepWarmMs, reason, caller });
      const outcome = seat.outcomes.of(id);
      // Whoever does not wait any more finds it in the revision's state.
      outcome.catch(() => undefined);
      return () => within(waitMs, outcome);
    });
    return requireDeployment(deployments, request.deployment);
  }

  private async write(
    seat: Reconciler,
    deployment: DeploymentRecord,
    wanted: number | null,
    change: {
      readonly id: string;
      readonly keepWarmMs: number;
      readonly reason: string | null;
      readonly caller: Caller;
    },
  ): Promise<void> {
    const { catalog, events, deployments } = this.deps;
    const { caller, reason } = change;
    const current = seat.subject?.revision;
    if (!current) throw await servesNothing(deployments, deployment.name);
    const target = await this.target(deployment, current, wanted);
    const [version] = await catalog.versionsByIds([target.versionId]);
    if (!version) throw new DomainError('INTERNAL', 'A revision refers to a version that is not there.');
    await events.transaction(async (tx) => {
      const restored = { version, settings: settingsOf(target), reason };
      const added = await addRevision(tx, deployments, caller, deployment.name, restored, 'CANDIDATE');
      await deployments.assertUndivided(tx, deployment);
      seat.onBehalfOf(added.revision.id, caller);
      await seat.writer.setPending(tx, {
        ...change,
        kind: 'ROLLBACK',
        revision: added.revision.number,
        ref: version.ref,
        restored: target.number,
        from: current.number,
        previous: target.previous,
      });
      return { result: undefined, events: [added.event] };
    });
  }

  private async target(
    { id, name }: DeploymentRecord,
    current: RevisionRecord,
    wanted: number | null,
  ): Promise<RevisionRecord> {
    const { deployments } = this.deps;
    // Written when it became the primary, after the record in memory was read.
    const before = wanted ?? (await deployments.revision(id, current.number))?.previous ?? null;
    if (before === null) {
      throw new DomainError(
        'NO_EARLIER_TARGET',
        `Deployment "${name}" has served nothing before its revision ${current.number}. Name a version with migrateDeployment.`,
        { field: ['deployment'] },
      );
    }
    const field = ['revision'];
    const revision = await deployments.revision(id, before);
    if (!revision) {
      throw new DomainError(
        'REVISION_NOT_FOUND',
        `Expected one of the revisions of deployment "${name}", got ${before}. It has 1 to ${await this.newest(id)}.`,
        { field },
      );
    }
    if (revision.number === current.number) {
      throw new DomainError(
        'ALREADY_SERVED',
        `Expected an earlier revision, got ${before}, which deployment "${name}" serves now.`,
        { field },
      );
    }
    return revision;
  }

  private async newest(deploymentId: string): Promise<number> {
    return (await this.deps.deployments.revisions([deploymentId]))[0]?.number ?? 0;
  }
}
