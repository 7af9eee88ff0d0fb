import { isDeepStrictEqual } from 'node:util';
import type { CatalogService, VersionRecord } from '../catalog/index.js';
import { DomainError } from '../platform/errors.js';
import type { EventLog } from '../platform/events/index.js';
import type { RemoteEngines } from '../runtime/index.js';
import type { Caller } from '../security/index.js';
import { addRevision, type WantedRevision } from './add-revision.js';
import { departure } from './desired/arrangement.js';
import type { DeploymentStore } from './deployment-store.js';
import { recordedRequestsCleared } from './deployment-events.js';
import { isAlive, type Desired, type Move } from './desired/desired.js';
import { endMigration } from './migrations/plan-migration.js';
import type { DeploymentRecord, DeploymentSettings, RevisionRecord } from './records.js';
import type { Reconciler } from './reconciler.js';
import { checkSettings } from './settings/check-settings.js';
import { changedSettings, type SettingsInput } from './settings/settings-input.js';
import { settingsOf } from './settings/stored-settings.js';

/** Writes down what is asked of a deployment as a whole, each in a turn of it and in one transaction. */
export class RevisionRequests {
  constructor(
    private readonly deps: {
      readonly catalog: CatalogService;
      readonly events: EventLog;
      readonly deployments: DeploymentStore;
      readonly remotes: RemoteEngines;
    },
  ) {}

  /**
   * @returns the new revision; null when the deployment serves just so already.
   * @throws DomainError NAME_TAKEN when the name serves another model, MIGRATION_IN_PROGRESS, TRAFFIC_SPLIT.
   */
  deploy(seat: Reconciler, caller: Caller, wanted: WantedRevision): Promise<RevisionRecord | null> {
    const { deployments, events } = this.deps;
    const { version, settings } = wanted;
    const newest = seat.desired.revisions.findLast(({ role }) => role === 'PRIMARY');
    return events.transaction(async (tx) => {
      const existing = await deployments.find(seat.name, tx);
      if (existing && existing.modelId !== version.modelId) throw nameTaken(seat.name, version);
      if (existing && newest?.id === existing.revision.id && serves(newest, version.id, settings))
        return { result: null, events: [] };
      if (existing) {
        await deployments.lock(tx, existing.id);
        await deployments.assertUndivided(tx, existing);
      }
      return this.add(seat, tx, caller, wanted);
    });
  }

  /**
   * A revision of the same version with other settings. What was asked for last counts, even while it is on its way.
   *
   * @returns null when the settings are so already.
   * @throws DomainError INVALID_ARGUMENT, DEPLOYMENT_NOT_READY when it is stopped, MIGRATION_IN_PROGRESS, TRAFFIC_SPLIT.
   */
  async update(
    seat: Reconciler,
    caller: Caller,
    deployment: DeploymentRecord,
    { settings: input, reason }: { readonly settings: SettingsInput; readonly reason: string | null },
  ): Promise<RevisionRecord | null> {
    const { deployments, events } = this.deps;
    const base = baseOf(seat.desired, deployment);
    const version = seat.versionOf(base);
    const settings = changedSettings(settingsOf(base), input);
    await checkSettings(this.deps, settings, version);
    if (base.state !== 'FAILED' && isDeepStrictEqual(settingsOf(base), settings)) return null;
    return events.transaction(async (tx) => {
      await deployments.lock(tx, deployment.id);
      await deployments.assertUndivided(tx, deployment);
      return this.add(seat, tx, caller, { version, settings, reason });
    });
  }

  /** Everything ends: what serves drains, what is on its way gives up, a migration is aborted. */
  async undeploy(seat: Reconciler, caller: Caller, why: string): Promise<void> {
    const { revisions, newestPrimary, migration, rearrangement } = seat.desired;
    const end = migration && endMigration(seat.desired, migration, 'ABORTED', why, caller, Date.now());
    const ended = new Set(end?.moves.flatMap(({ revision, to }) => (to === undefined ? [] : [revision.id])));
    const moves = revisions
      .filter(({ id }) => !ended.has(id))
      .flatMap((revision) =>
        // What failed is not wanted any more either, so that the next start does not try it again.
        revision.state === 'FAILED' && revision.number === newestPrimary
          ? [givenUp(revision, why)]
          : departure(revision, why),
      );
    if (moves.length === 0 && !end && !rearrangement) return;
    await this.deps.events.transaction(async (tx) => {
      const { writer } = seat;
      const events = [
        ...(end ? await seat.writeStep(tx, end) : []),
        ...(await writer.move(tx, moves, caller)),
      ];
      if (rearrangement) await writer.setPending(tx, null);
      return { result: undefined, events };
    });
    for (const { revision } of [...moves, ...(end?.moves ?? [])]) seat.onBehalfOf(revision.id, caller);
  }

  /** @returns how many requests were removed */
  async clearRecorded(caller: Caller, deployment: DeploymentRecord, reason: string | null): Promise<number> {
    const { catalog, deployments, events } = this.deps;
    const [model] = await catalog.modelsByIds([deployment.modelId]);
    if (!model) throw new DomainError('INTERNAL', 'A deployment refers to a model that is not there.');
    return events.transaction(async (tx) => {
      const count = await deployments.clearRecorded(tx, deployment.id);
      const change = { deployment, model, count, reason, caller };
      return { result: count, events: [recordedRequestsCleared(change)] };
    });
  }

  private async add(
    seat: Reconciler,
    tx: Parameters<typeof addRevision>[0],
    caller: Caller,
    wanted: WantedRevision,
  ) {
    const { deployments } = this.deps;
    const { version } = wanted;
    const { deployment, revision, event } = await addRevision(tx, deployments, caller, seat.name, wanted, 'PRIMARY'); // prettier-ignore
    // Two first deploys of one name at once, by two servers: the second has waited for the first to be committed.
    if (deployment.modelId !== version.modelId) throw nameTaken(seat.name, version);
    if (seat.desired.rearrangement) await seat.writer.setPending(tx, null);
    seat.onBehalfOf(revision.id, caller);
    return { result: revision, events: [event] };
  }
}

/** What is on its way, or serves; else the newest, when it failed. */
function baseOf({ revisions, newestPrimary }: Desired, { name, state }: DeploymentRecord): RevisionRecord {
  const primaries = revisions.filter(({ role }) => role === 'PRIMARY');
  const base = primaries.findLast(isAlive) ?? primaries.find(({ number }) => number === newestPrimary);
  if (base && (isAlive(base) || base.state === 'FAILED')) return base;
  throw new DomainError(
    'DEPLOYMENT_NOT_READY',
    `Deployment "${name}" is ${state}. Start it with deployVersion, which takes the same settings.`,
    { field: ['name'] },
  );
}

function nameTaken(name: string, version: VersionRecord): DomainError {
  return new DomainError(
    'NAME_TAKEN',
    `Deployment "${name}" serves another model than "${version.modelName}". Choose another name for this deployment.`,
    { field: ['name'] },
  );
}

function serves(revision: RevisionRecord, versionId: string, settings: DeploymentSettings): boolean {
  return (
    revision.state === 'READY' &&
    revision.versionId === versionId &&
    isDeepStrictEqual(settingsOf(revision), settings)
  );
}

/** Keeps the reason of the failure beside that of the end. */
function givenUp(revision: RevisionRecord, why: string): Move {
  const { stateReason } = revision;
  const reason = stateReason === null ? why : `${why}. It had failed: ${stateReason}`;
  return { revision, to: 'STOPPED', reason };
}
