import type { CatalogService, VersionRecord } from '../../catalog/index.js';
import type { EventLog } from '../../platform/events/index.js';
import type { Caller } from '../../security/index.js';
import { addRevision } from '../add-revision.js';
import { servesNothing } from '../deployment-refusals.js';
import type { DeploymentStore } from '../deployment-store.js';
import type { MeasuredQualities } from '../guards/index.js';
import { forAnotherVersion } from '../settings/check-settings.js';
import { checkCacheable } from '../harness/determinism.js';
import type { Seat } from '../harness/seat.js';
import { settingsOf } from '../settings/stored-settings.js';
import { alreadyServed, checkCompatible, checkMeasured, checkSameModel } from './migration-checks.js';
import { migrationChanged } from './migration-events.js';
import type { MigrationStore } from './migration-store.js';
import type { MigrationPlan, MigrationRecord, MigrationStrategy } from './records.js';

/** Writes down that a deployment is to go to another version. */
export class MigrationStarter {
  constructor(
    private readonly deps: {
      readonly catalog: CatalogService;
      readonly events: EventLog;
      readonly deployments: DeploymentStore;
      readonly migrations: MigrationStore;
      readonly qualities: Pick<MeasuredQualities, 'load'>;
    },
  ) {}

  /**
   * In a turn of the deployment.
   *
   * @throws DomainError DEPLOYMENT_NOT_READY, INVALID_ARGUMENT, MODEL_ARCHIVED, ALREADY_SERVED, BREAKING_SIGNATURE,
   * MIGRATION_IN_PROGRESS, TRAFFIC_SPLIT.
   */
  async begin(
    seat: Seat,
    caller: Caller,
    to: VersionRecord,
    how: {
      readonly plan: MigrationPlan;
      readonly strategy: MigrationStrategy;
      readonly reason: string | null;
      readonly allowBreaking: boolean;
    },
  ): Promise<MigrationRecord> {
    const { catalog, events, deployments, migrations } = this.deps;
    const { identity: deployment, subject: base } = seat;
    await checkSameModel(catalog, deployment, to);
    if (!base) throw await servesNothing(deployments, deployment.name);
    if (base.version.id === to.id) throw alreadyServed(deployment.name, to);
    const settings = forAnotherVersion(settingsOf(base.revision));
    if (settings.cache) await checkCacheable(catalog, to, null);
    if (!how.allowBreaking) checkCompatible(base.version, to);
    await checkMeasured(this.deps.qualities, how.plan.guards.evaluation ?? null, [base.version, to]);

    const { plan, strategy, reason } = how;
    const wanted = { version: to, settings, reason };
    return events.transaction(async (tx) => {
      const added = await addRevision(tx, deployments, caller, deployment.name, wanted, 'CANDIDATE');
      await deployments.assertUndivided(tx, deployment);
      const migration = await migrations.add(tx, {
        deploymentId: deployment.id,
        fromRevision: base.revision.number,
        toRevision: added.revision.number,
        strategy,
        plan,
        reason,
        createdBy: caller.actor,
      });
      if (seat.desired.rearrangement) await seat.writer.setPending(tx, null);
      seat.onBehalfOf(added.revision.id, caller);
      const change = { deployment, migration, from: base.version, to, reason, caller };
      return {
        result: migration,
        events: [added.event, migrationChanged({ kind: 'MIGRATION_STARTED', ...change })],
      };
    });
  }
}
