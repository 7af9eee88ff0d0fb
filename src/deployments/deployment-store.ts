import { Prisma, type Database, type Transaction } from '../platform/database/index.js';
import { isUniqueViolation } from '../platform/database-errors.js';
import { DomainError } from '../platform/errors.js';
import { currentRows } from './desired/current-rows-store.js';
import { migrationInProgress, trafficSplit } from './deployment-refusals.js';
import {
  assertTransition,
  currentRevision,
  deploymentState,
  trafficShares,
  type DeploymentState,
  type RevisionRole,
} from './deployment-state.js';
import { toMigrationRecord } from './migrations/migration-store.js';
import type {
  DeploymentFilter,
  DeploymentPageQuery,
  DeploymentRecord,
  DeploymentSettings,
  RevisionRecord,
} from './records.js';
import { readSettings } from './settings/stored-settings.js';

type DeploymentRow = Prisma.DeploymentGetPayload<object>;
type RevisionRow = Prisma.DeploymentRevisionGetPayload<object>;

export class DeploymentStore {
  constructor(private readonly database: Database) {}

  async find(name: string, tx: Transaction = this.database): Promise<DeploymentRecord | null> {
    const row = await tx.deployment.findUnique({ where: { name } });
    const [found] = await this.withCurrent(row === null ? [] : [row], tx);
    return found ?? null;
  }

  async byIds(ids: readonly string[], tx: Transaction = this.database): Promise<DeploymentRecord[]> {
    return this.withCurrent(await tx.deployment.findMany({ where: { id: { in: [...ids] } } }), tx);
  }

  async ofModels(modelIds: readonly string[]): Promise<DeploymentRecord[]> {
    const rows = await this.database.deployment.findMany({
      where: { modelId: { in: [...modelIds] } },
      orderBy: { name: 'asc' },
    });
    return this.withCurrent(rows);
  }

  async page({ filter, after, before, take, fromEnd }: DeploymentPageQuery): Promise<DeploymentRecord[]> {
    const rows = await this.database.deployment.findMany({
      where: {
        ...toWhere(filter),
        name: { ...(after && { gt: after.name }), ...(before && { lt: before.name }) },
      },
      orderBy: { name: fromEnd ? 'desc' : 'asc' },
      take,
    });
    const records = await this.withCurrent(rows);
    return fromEnd ? records.reverse() : records;
  }

  count(filter?: DeploymentFilter): Promise<number> {
    return this.database.deployment.count({ where: toWhere(filter) });
  }

  /** Newest first within each deployment. */
  async revisions(
    deploymentIds: readonly string[],
    tx: Transaction = this.database,
  ): Promise<RevisionRecord[]> {
    const rows = await tx.deploymentRevision.findMany({
      where: { deploymentId: { in: [...deploymentIds] } },
      orderBy: [{ deploymentId: 'asc' }, { number: 'desc' }],
    });
    return rows.map(toRevision);
  }

  async revisionsByIds(ids: readonly string[]): Promise<RevisionRecord[]> {
    const rows = await this.database.deploymentRevision.findMany({ where: { id: { in: [...ids] } } });
    return rows.map(toRevision);
  }

  /** Until the transaction ends, nobody else adds a revision or moves one. */
  async lock(tx: Transaction, deploymentId: string): Promise<void> {
    await tx.deployment.update({ where: { id: deploymentId }, data: { updatedAt: new Date() } });
  }

  /** Removes what was recorded, and keeps what was answered until now from being written still. @returns how many. */
  async clearRecorded(tx: Transaction, deploymentId: string): Promise<number> {
    await tx.deployment.update({ where: { id: deploymentId }, data: { recordedAfter: new Date() } });
    const { count } = await tx.recordedRequest.deleteMany({ where: { deploymentId } });
    return count;
  }

  /** A new revision of the deployment of this name, which is made when there is none. */
  async addRevision(
    tx: Transaction,
    { name, modelId, versionId, settings, actor, reason, role = 'PRIMARY', weight = 100 }: NewRevision,
  ): Promise<{ deployment: { id: string; name: string; modelId: string }; revision: RevisionRecord }> {
    const deployment = await tx.deployment
      .upsert({
        where: { name },
        create: { name, modelId },
        update: { updatedAt: new Date() },
        select: { id: true, name: true, modelId: true },
      })
      .catch((error: unknown) => {
        if (!isUniqueViolation(error)) throw error;
        throw new DomainError(
          'NAME_TAKEN',
          `There is a deployment whose name differs from "${name}" only in case. Use that name, or choose another.`,
          { field: ['name'], cause: error },
        );
      });
    const { _max } = await tx.deploymentRevision.aggregate({
      where: { deploymentId: deployment.id },
      _max: { number: true },
    });
    const row = await tx.deploymentRevision.create({
      data: {
        deploymentId: deployment.id,
        number: (_max.number ?? 0) + 1,
        versionId,
        ...toColumns(settings),
        role,
        weight,
        createdBy: actor,
        reason,
      },
    });
    // Whoever records has to see this revision, or is behind the lock that was taken above: none comes after.
    if (settings.recording === null)
      await tx.recordedRequest.deleteMany({ where: { deploymentId: deployment.id } });
    if (settings.predictionLog === null)
      await tx.loggedPrediction.deleteMany({ where: { deploymentId: deployment.id } });
    await this.deriveState(tx, deployment.id);
    return { deployment, revision: toRevision(row) };
  }

  /**
   * Moves a revision to another state and keeps the deployment's own state in step.
   *
   * @returns the state it was in.
   * @throws DomainError INTERNAL when the move is not a legal one.
   */
  async transition(
    tx: Transaction,
    revisionId: string,
    to: DeploymentState,
    reason: string | null,
  ): Promise<DeploymentState> {
    const row = await tx.deploymentRevision.findUniqueOrThrow({ where: { id: revisionId } });
    assertTransition(row.state, to);
    await tx.deploymentRevision.update({
      where: { id: revisionId },
      data: { state: to, stateReason: reason },
    });
    await this.deriveState(tx, row.deploymentId);
    return row.state;
  }

  async revision(deploymentId: string, number: number, tx: Transaction = this.database) {
    const row = await tx.deploymentRevision.findUnique({
      where: { deploymentId_number: { deploymentId, number } },
    });
    return row && toRevision(row);
  }

  /**
   * For what must not come in the way of a migration, or of traffic that somebody has divided.
   *
   * @throws DomainError MIGRATION_IN_PROGRESS, TRAFFIC_SPLIT
   */
  async assertUndivided(tx: Transaction, deployment: { id: string; name: string }): Promise<void> {
    await this.assertNotMigrating(tx, deployment);
    const shares = trafficShares(await this.revisions([deployment.id], tx));
    if (shares.length > 1) throw trafficSplit(deployment.name, shares);
  }

  /** @throws DomainError MIGRATION_IN_PROGRESS */
  async assertNotMigrating(tx: Transaction, { id, name }: { id: string; name: string }): Promise<void> {
    const open = await tx.migration.findFirst({
      where: { deploymentId: id, endedAt: null },
      select: { toRevision: true, state: true },
    });
    if (open) throw migrationInProgress(name, open);
  }

  /** Deployments with the revisions that tell what they are now. */
  private async withCurrent(
    rows: readonly DeploymentRow[],
    tx: Transaction = this.database,
  ): Promise<DeploymentRecord[]> {
    const current = await currentRows(
      tx,
      rows.map(({ id }) => id),
    );
    return rows.map((row) => {
      const revisions = current.revisions
        .filter(({ deploymentId }) => deploymentId === row.id)
        .map(toRevision);
      const migration = current.migrations.find(({ deploymentId }) => deploymentId === row.id);
      return {
        ...row,
        revision: currentRevision(revisions),
        traffic: trafficShares(revisions),
        migration: migration ? toMigrationRecord(migration) : null,
      };
    });
  }

  /** Keeps a deployment's own state in step with its revisions'. */
  async deriveState(tx: Transaction, deploymentId: string): Promise<void> {
    const revisions = await tx.deploymentRevision.findMany({
      where: { deploymentId },
      select: { number: true, state: true, stateReason: true, role: true },
    });
    const { state, reason } = deploymentState(revisions);
    await tx.deployment.update({
      where: { id: deploymentId },
      data: { state, stateReason: reason, updatedAt: new Date() },
    });
  }
}

export interface NewRevision {
  readonly name: string;
  readonly modelId: string;
  readonly versionId: string;
  readonly settings: DeploymentSettings;
  readonly actor: string;
  readonly reason: string | null;
  /** PRIMARY when left out. */
  readonly role?: RevisionRole;
  /** 100 when left out. */
  readonly weight?: number;
}

function toWhere(filter: DeploymentFilter = {}): Prisma.DeploymentWhereInput {
  return {
    ...(filter.model !== undefined && { model: { name: filter.model } }),
    ...(filter.states && { state: { in: [...filter.states] } }),
  };
}

export function toRevision(row: RevisionRow): RevisionRecord {
  return { ...row, ...readSettings(row) };
}

function toColumns({
  runtime,
  batching,
  limits,
  cache,
  recording,
  predictionLog,
  outOfDomain,
}: DeploymentSettings) {
  return {
    outOfDomain,
    runtime: {
      ...runtime,
      executionProviders: [...runtime.executionProviders],
      executionProviderOptions: runtime.executionProviderOptions.map((options) => ({ ...options })),
      remote: runtime.remote && { ...runtime.remote },
    },
    batching: { ...batching, preferredBatchSizes: [...batching.preferredBatchSizes] },
    limits: { ...limits },
    cache: cache === null ? Prisma.DbNull : { ...cache },
    recording: recording === null ? Prisma.DbNull : { ...recording },
    predictionLog:
      predictionLog === null ? Prisma.DbNull : { ...predictionLog, mask: [...predictionLog.mask] },
  };
}
