import { checkReason, type CatalogService, type VersionRecord } from '../catalog/index.js';
import type { Transaction } from '../platform/database/index.js';
import { DomainError } from '../platform/errors.js';
import type { NewEvent } from '../platform/events/index.js';
import type { Caller } from '../security/index.js';
import { deploymentRolledBack } from './deployment-events.js';
import { notServing } from './deployment-refusals.js';
import type { DeploymentStore } from './deployment-store.js';
import type { DeploymentAccess } from './migrations/migration-service.js';
import { readKeepWarm } from './migrations/migration-input.js';
import type { DeploymentRecord, RevisionRecord } from './records.js';
import type { Rearranger } from './rearrangement.js';
import { settingsOf } from './stored-settings.js';
import { checkedWait, within } from './waiting.js';

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
      readonly store: DeploymentStore;
      readonly rearranger: Rearranger;
      readonly access: DeploymentAccess;
    },
  ) {}

  /**
   * @throws DomainError DEPLOYMENT_NOT_FOUND, DEPLOYMENT_NOT_READY when nothing serves, or when the earlier revision cannot
   * be loaded; REVISION_NOT_FOUND, NO_EARLIER_TARGET, ALREADY_SERVED, MIGRATION_IN_PROGRESS, TRAFFIC_SPLIT,
   * INVALID_ARGUMENT.
   */
  async rollBack(caller: Caller, request: RollbackDeploymentRequest): Promise<DeploymentRecord> {
    const { access, rearranger, store, catalog } = this.deps;
    const waitMs = checkedWait(request);
    const keepWarmMs = readKeepWarm(request.keepWarmMs);
    const reason = checkReason(request.reason);
    const deployment = await access.require(request.deployment, ['deployment']);
    const entry = access.entry(deployment);
    const current = entry.primary.lifecycle.subject;
    if (!current) throw notServing(deployment);
    const target = await this.target(deployment, current.revision, request.revision ?? null);
    const [version] = await catalog.versionsByIds([target.versionId]);
    if (!version) throw new DomainError('INTERNAL', 'A revision refers to a version that is not there.');

    const added = {
      version,
      settings: settingsOf(target),
      reason,
      also: async (tx: Transaction): Promise<NewEvent[]> => {
        await store.assertUndivided(tx, deployment);
        return [];
      },
    };
    const { arm, revision, warm } = await rearranger.add(entry, caller, added);
    const done = (async () => {
      if (!warm) await arm.bringUp(revision, { caller });
      const event = deploymentRolledBack({
        deployment: entry.deployment,
        from: { revision: current.revision.number, version: current.version },
        to: { revision: revision.number, restored: target.number, version },
        reason,
        caller,
      });
      const promoted = await rearranger.rearrange(entry, {
        caller,
        promote: arm,
        previous: target.previous,
        keepWarmMs,
        also: () => Promise.resolve([event]),
      });
      if (!promoted) await this.refuse(deployment, version, revision);
    })();
    const outcome = done.catch(async (error: unknown) => {
      // Whoever does not wait any more finds it in the revision's state.
      await rearranger.rearrange(entry, {
        caller,
        leaving: [arm],
        leaveReason: 'The rollback came to nothing',
      });
      throw error;
    });
    outcome.catch(() => undefined);
    await within(waitMs, outcome);
    return access.require(request.deployment);
  }

  private async target(
    { id, name }: DeploymentRecord,
    current: RevisionRecord,
    wanted: number | null,
  ): Promise<RevisionRecord> {
    const { store } = this.deps;
    // Written when it became the primary, after the record in memory was read.
    const before = wanted ?? (await store.revision(id, current.number))?.previous ?? null;
    if (before === null) {
      throw new DomainError(
        'NO_EARLIER_TARGET',
        `Deployment "${name}" has served nothing before its revision ${current.number}. Name a version with migrateDeployment.`,
        { field: ['deployment'] },
      );
    }
    const field = ['revision'];
    const revision = await store.revision(id, before);
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
    return (await this.deps.store.revisions([deploymentId]))[0]?.number ?? 0;
  }

  private async refuse(
    { id, name }: DeploymentRecord,
    version: VersionRecord,
    { number }: RevisionRecord,
  ): Promise<never> {
    const revision = await this.deps.store.revision(id, number);
    throw new DomainError(
      'DEPLOYMENT_NOT_READY',
      `Deployment "${name}" could not go back to ${version.ref}, what serves goes on: ${revision?.stateReason ?? 'it ended while it was loaded'}`,
      { field: ['deployment'] },
    );
  }
}
