import { checkReason, type CatalogService, type VersionRecord } from '../../catalog/index.js';
import type { Transaction } from '../../platform/database/index.js';
import { DomainError } from '../../platform/errors.js';
import type { Logger } from '../../platform/logging.js';
import type { Caller } from '../../security/index.js';
import type { DeploymentEntry } from '../deployment-entry.js';
import { notServing } from '../deployment-refusals.js';
import type { DeploymentStore } from '../deployment-store.js';
import { checkCacheable } from '../determinism.js';
import type { DeploymentRecord, RevisionRecord } from '../records.js';
import type { Rearranger } from '../rearrangement.js';
import { settingsOf } from '../stored-settings.js';
import { checkedWait, within } from '../waiting.js';
import { alreadyServed, checkCompatible, checkSameModel, noMigration } from './migration-checks.js';
import { migrationChanged } from './migration-events.js';
import { readPlan, type PlanInput } from './migration-input.js';
import { MigrationRun, type MigrationProgress, type RunSubject } from './migration-run.js';
import type { MigrationStore } from './migration-store.js';
import { isOpen, type MigrationPlan, type MigrationRecord, type MigrationStrategy } from './records.js';

export interface MigrateRequest extends PlanInput {
  /** A name. */
  readonly deployment: string;
  /** A version ref. */
  readonly version: string;
  /** Migrate even where those who call the deployment now would be refused or misled. */
  readonly allowBreaking?: boolean | null | undefined;
  readonly reason?: string | null | undefined;
  /** Answers when the migration comes to rest (in its first step, at an approval, at its end), or after this long. */
  readonly waitMs?: number | null | undefined;
}

export interface MigrationRequest {
  readonly deployment: string;
  readonly reason?: string | null | undefined;
}

/** What the service needs of the one that runs the deployments. */
export interface DeploymentAccess {
  /** @throws DomainError DEPLOYMENT_NOT_FOUND */
  require(name: string, field?: readonly string[]): Promise<DeploymentRecord>;
  entry(deployment: { readonly id: string; readonly name: string }): DeploymentEntry;
}

export interface MigrationDependencies {
  readonly catalog: CatalogService;
  readonly logger: Logger;
  readonly store: DeploymentStore;
  readonly migrations: MigrationStore;
  readonly rearranger: Rearranger;
  readonly access: DeploymentAccess;
}

/** Moves what a deployment serves from one version to another, by a declared strategy. */
export class MigrationService {
  private readonly runs = new Map<string, MigrationRun>();

  constructor(private readonly deps: MigrationDependencies) {}

  /**
   * @throws DomainError DEPLOYMENT_NOT_FOUND, DEPLOYMENT_NOT_READY, VERSION_NOT_FOUND, INVALID_ARGUMENT, MODEL_ARCHIVED,
   * ALREADY_SERVED, BREAKING_SIGNATURE, MIGRATION_IN_PROGRESS, TRAFFIC_SPLIT.
   */
  async start(caller: Caller, request: MigrateRequest): Promise<DeploymentRecord> {
    const plan = readPlan(request);
    const waitMs = checkedWait(request);
    const reason = checkReason(request.reason);
    const version = await this.deps.catalog.resolveVersion(request.version);
    const deployment = await this.deps.access.require(request.deployment, ['deployment']);
    const { strategy, allowBreaking } = request;
    const run = await this.begin(caller, deployment, version, {
      plan,
      strategy,
      reason,
      allowBreaking: allowBreaking ?? false,
    });
    await within(waitMs, run.rested);
    return this.deps.access.require(request.deployment);
  }

  /** As `start`, for a plan that is known already. */
  async begin(
    caller: Caller,
    deployment: DeploymentRecord,
    to: VersionRecord,
    how: {
      readonly plan: MigrationPlan;
      readonly strategy: MigrationStrategy;
      readonly reason: string | null;
      readonly allowBreaking: boolean;
    },
  ): Promise<MigrationRun> {
    const { catalog, access, rearranger, store, migrations } = this.deps;
    await checkSameModel(catalog, deployment, to);
    const entry = access.entry(deployment);
    const base = entry.primary.lifecycle.subject;
    if (!base) throw notServing(deployment);
    if (base.version.id === to.id) throw alreadyServed(deployment.name, to);
    const settings = settingsOf(base.revision);
    if (settings.cache) await checkCacheable(catalog, to);
    if (!how.allowBreaking) checkCompatible(base.version, to);

    const written: { migration: MigrationRecord | null } = { migration: null };
    const added = {
      version: to,
      settings,
      reason: how.reason,
      also: async (tx: Transaction, revision: RevisionRecord) => {
        // Adding the revision has locked the deployment: nobody else begins, or divides the traffic, meanwhile.
        await store.assertUndivided(tx, deployment);
        const { plan, strategy, reason } = how;
        written.migration = await migrations.add(tx, {
          deploymentId: deployment.id,
          fromRevision: base.revision.number,
          toRevision: revision.number,
          strategy,
          plan,
          reason,
          createdBy: caller.actor,
        });
        const change = { deployment: entry.deployment, from: base.version, to, reason, caller };
        return [migrationChanged({ kind: 'MIGRATION_STARTED', migration: written.migration, ...change })];
      },
    };
    const { arm, revision, warm } = await rearranger.add(entry, caller, added);
    if (!written.migration) throw new DomainError('INTERNAL', 'A migration was not written down.');
    const run = this.run(written.migration, { entry, candidate: arm, from: base.version, to });
    if (!warm) void arm.bringUp(revision, { caller }).finally(() => run.poke());
    run.begin();
    return run;
  }

  /** @throws DomainError DEPLOYMENT_NOT_FOUND, MIGRATION_NOT_FOUND */
  pause(caller: Caller, request: MigrationRequest): Promise<DeploymentRecord> {
    return this.change(request, (run, reason) => run.pause(caller, reason));
  }

  /** @throws DomainError DEPLOYMENT_NOT_FOUND, MIGRATION_NOT_FOUND, MIGRATION_NOT_PAUSED, DEPLOYMENT_NOT_READY */
  resume(caller: Caller, request: MigrationRequest): Promise<DeploymentRecord> {
    return this.change(request, (run, reason) => run.resume(caller, reason));
  }

  /** Everything goes back to what served before. @throws DomainError DEPLOYMENT_NOT_FOUND, MIGRATION_NOT_FOUND */
  abort(caller: Caller, request: MigrationRequest): Promise<DeploymentRecord> {
    return this.change(request, (run, reason) => run.abort(caller, reason));
  }

  /** The migration of a deployment that is under way. */
  runOf(name: string): MigrationRun | null {
    return this.runs.get(name) ?? null;
  }

  /** What is seen of a migration that is under way; null for one that has ended. */
  progressOf(name: string, migration: MigrationRecord): MigrationProgress | null {
    const run = this.runs.get(name);
    return run?.migration.id === migration.id ? run.progress : null;
  }

  byIds(ids: readonly string[]): Promise<MigrationRecord[]> {
    return this.deps.migrations.byIds(ids);
  }

  /** Newest first within each deployment. */
  ofDeployments(deploymentIds: readonly string[]): Promise<MigrationRecord[]> {
    return this.deps.migrations.ofDeployments(deploymentIds);
  }

  /** The revision that each deployment is being migrated to, by the deployment's id. */
  async openTargets(): Promise<ReadonlyMap<string, number>> {
    const open = await this.deps.migrations.allOpen();
    return new Map(open.map(({ deploymentId, toRevision }) => [deploymentId, toRevision]));
  }

  /** After a restart: goes on with every migration that was open, whose revisions are on their way up already. */
  async recover(): Promise<void> {
    const { migrations, access, store, catalog } = this.deps;
    const open = await migrations.allOpen();
    const deployments = await store.byIds(open.map(({ deploymentId }) => deploymentId));
    for (const migration of open) {
      const deployment = deployments.find(({ id }) => id === migration.deploymentId);
      if (!deployment) continue;
      const entry = access.entry(deployment);
      const [from, to] = await Promise.all(
        [migration.fromRevision, migration.toRevision].map(async (number) => {
          const revision = await store.revision(migration.deploymentId, number);
          return revision ? (await catalog.versionsByIds([revision.versionId]))[0] : undefined;
        }),
      );
      if (!from || !to)
        throw new DomainError('INTERNAL', 'A migration refers to a revision that is not there.');
      // One that has failed, or was never loaded, has no arm: the migration finds nothing to come, and ends.
      const candidate = entry.arm(migration.toRevision) ?? entry.addBeside('CANDIDATE', 0);
      // What was observed went with the process: alpha must not be spent on that and on what follows both.
      const resumed = migration.step === null ? migration : await migrations.beginPeriod(migration);
      this.run(resumed, { entry, candidate, from, to }).begin();
    }
  }

  /** Ends a deployment's migration, if there is one, because the deployment goes as a whole. */
  async abandon(name: string, caller: Caller, reason: string): Promise<void> {
    const run = this.runs.get(name);
    if (run && isOpen(run.migration.state)) await run.abort(caller, reason);
  }

  async close(): Promise<void> {
    await Promise.all([...this.runs.values()].map((run) => run.close()));
  }

  /** As `close`, to `recover` later. */
  async forget(): Promise<void> {
    await this.close();
    this.runs.clear();
  }

  private async change(
    { deployment: name, reason }: MigrationRequest,
    work: (run: MigrationRun, reason: string | null) => Promise<void>,
  ): Promise<DeploymentRecord> {
    const checked = checkReason(reason);
    await this.deps.access.require(name, ['deployment']);
    const run = this.runs.get(name);
    if (!run) throw noMigration(name);
    await work(run, checked);
    return this.deps.access.require(name);
  }

  private run(migration: MigrationRecord, subject: RunSubject): MigrationRun {
    const { name } = subject.entry.deployment;
    const { store, migrations, rearranger, logger } = this.deps;
    const run: MigrationRun = new MigrationRun(migration, subject, {
      store,
      migrations,
      rearranger,
      logger,
      onEnd: () => {
        if (this.runs.get(name) === run) this.runs.delete(name);
      },
    });
    this.runs.set(name, run);
    return run;
  }
}
