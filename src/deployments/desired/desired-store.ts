import { Prisma, type Database, type Transaction } from '../../platform/database/index.js';
import { assertTransition, type DeploymentState } from '../deployment-state.js';
import { toRevision, type DeploymentStore } from '../deployment-store.js';
import type { Move, PendingRearrangement } from './desired.js';
import { toMigrationRecord } from '../migrations/migration-store.js';
import { OPEN_STATES, type MigrationRecord } from '../migrations/records.js';
import type { FollowPlan, RevisionRecord } from '../records.js';

/** One deployment's rows that say what is to run. */
export interface DesiredRows {
  readonly deployment: { readonly id: string; readonly name: string; readonly modelId: string };
  /** All that have not ended, by number. */
  readonly revisions: readonly RevisionRecord[];
  readonly newestPrimary: number;
  /** The open one, with the versions it goes from and to. */
  readonly migration:
    (MigrationRecord & { readonly fromVersionId: string; readonly toVersionId: string }) | null;
  readonly rearrangement: PendingRearrangement | null;
  readonly followed: { readonly alias: string; readonly plan: FollowPlan } | null;
}

/** What deployments are to be: read as a whole, changed by moves. */
export class DesiredStore {
  constructor(
    private readonly database: Database,
    private readonly deployments: DeploymentStore,
  ) {}

  async read(name: string): Promise<DesiredRows | null> {
    const row = await this.database.deployment.findUnique({
      where: { name },
      include: {
        revisions: { where: { state: { not: 'STOPPED' } }, orderBy: { number: 'asc' } },
        migrations: { where: { state: { in: [...OPEN_STATES] } } },
      },
    });
    if (!row) return null;
    const { id, modelId, revisions, migrations, rearrangement, followed, followPlan } = row;
    const [open] = migrations;
    const plan = followPlan as Partial<FollowPlan> | null;
    return {
      deployment: { id, name, modelId },
      revisions: revisions.map(toRevision),
      newestPrimary: await this.newestPrimary(id),
      migration: open ? { ...toMigrationRecord(open), ...(await this.endsOf(open)) } : null,
      rearrangement: rearrangement as PendingRearrangement | null,
      followed:
        followed !== null && plan
          ? { alias: followed, plan: { followedTo: null, ...plan } as FollowPlan }
          : null,
    };
  }

  /** Deployments of which something is to run, or was to and failed, or that follow an alias. */
  async unfinished(): Promise<string[]> {
    const rows = await this.database.deployment.findMany({
      where: {
        OR: [
          { state: 'FAILED' },
          { followed: { not: null } },
          { revisions: { some: { state: { notIn: ['STOPPED', 'FAILED'] } } } },
          { migrations: { some: { state: { in: [...OPEN_STATES] } } } },
        ],
      },
      select: { name: true },
      orderBy: { id: 'asc' },
    });
    return rows.map(({ name }) => name);
  }

  /** Who follows which alias. */
  async followers(): Promise<{ name: string; modelId: string; followed: string | null }[]> {
    return this.database.deployment.findMany({
      where: { followed: { not: null } },
      select: { name: true, modelId: true, followed: true },
    });
  }

  /**
   * Changes rows, in the given order, and the deployment's own state with them.
   *
   * @returns the states that revisions were in before, where they changed.
   * @throws DomainError INTERNAL when a change of state is not a legal one.
   */
  async apply(tx: Transaction, moves: readonly Move[]): Promise<(DeploymentState | null)[]> {
    const before: (DeploymentState | null)[] = [];
    for (const { revision, to, reason = null, place, serves } of moves) {
      const { state } = await tx.deploymentRevision.findUniqueOrThrow({
        where: { id: revision.id },
        select: { state: true },
      });
      if (to !== undefined) assertTransition(state, to);
      await tx.deploymentRevision.update({
        where: { id: revision.id },
        data: { ...place, ...(to !== undefined && { state: to, stateReason: reason }) },
      });
      if (serves) await this.markServing(tx, revision.id, serves);
      before.push(to === undefined ? null : state);
    }
    for (const id of new Set(moves.map(({ revision }) => revision.deploymentId)))
      await this.deployments.deriveState(tx, id);
    return before;
  }

  async setRearrangement(
    tx: Transaction,
    deploymentId: string,
    change: PendingRearrangement | null,
  ): Promise<void> {
    await tx.deployment.update({
      where: { id: deploymentId },
      data: { rearrangement: asJson(change) },
    });
  }

  async setFollowed(
    tx: Transaction,
    deploymentId: string,
    followed: string | null,
    plan: FollowPlan | null,
  ): Promise<void> {
    await tx.deployment.update({ where: { id: deploymentId }, data: { followed, followPlan: asJson(plan) } });
  }

  /** Unless it follows another alias by now. */
  async setFollowedTo(deploymentId: string, followed: string, versionId: string): Promise<void> {
    await this.database.$executeRaw`
      UPDATE "Deployment" SET "followPlan" = jsonb_set("followPlan", '{followedTo}', to_jsonb(${versionId}::text))
      WHERE "id" = ${deploymentId}::uuid AND "followed" = ${followed}`;
  }

  /**
   * The revision stands for its deployment from now on. What one step of rollback goes back to is `previous`, or, unless it
   * is to be so `exactly`, the one that did so last. Once written down it stays.
   */
  private async markServing(
    tx: Transaction,
    revisionId: string,
    { previous, exactly }: NonNullable<Move['serves']>,
  ): Promise<void> {
    const { deploymentId, number, servedAt } = await tx.deploymentRevision.findUniqueOrThrow({
      where: { id: revisionId },
      select: { deploymentId: true, number: true, servedAt: true },
    });
    if (servedAt !== null) return;
    const last = await tx.deploymentRevision.findFirst({
      where: { deploymentId, servedAt: { not: null }, number: { not: number } },
      orderBy: [{ servedAt: 'desc' }, { number: 'desc' }],
      select: { number: true },
    });
    await tx.deploymentRevision.update({
      where: { id: revisionId },
      data: { servedAt: new Date(), previous: exactly ? previous : (previous ?? last?.number ?? null) },
    });
  }

  private async newestPrimary(deploymentId: string): Promise<number> {
    const { _max } = await this.database.deploymentRevision.aggregate({
      where: { deploymentId, role: 'PRIMARY' },
      _max: { number: true },
    });
    return _max.number ?? 0;
  }

  private async endsOf(migration: {
    readonly deploymentId: string;
    readonly fromRevision: number;
    readonly toRevision: number;
  }): Promise<{ fromVersionId: string; toVersionId: string }> {
    const { deploymentId, fromRevision, toRevision } = migration;
    const ends = await this.database.deploymentRevision.findMany({
      where: { deploymentId, number: { in: [fromRevision, toRevision] } },
      select: { number: true, versionId: true },
    });
    const versionOf = (wanted: number) => ends.find(({ number }) => number === wanted)?.versionId ?? '';
    return { fromVersionId: versionOf(fromRevision), toVersionId: versionOf(toRevision) };
  }
}

function asJson(value: object | null): Prisma.InputJsonValue | typeof Prisma.DbNull {
  return value === null ? Prisma.DbNull : (JSON.parse(JSON.stringify(value)) as Prisma.InputJsonValue);
}
