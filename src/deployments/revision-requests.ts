import { isDeepStrictEqual } from 'node:util';
import type { VersionRecord } from '../catalog/index.js';
import { DomainError } from '../platform/errors.js';
import type { EventLog } from '../platform/events/index.js';
import type { Caller } from '../security/index.js';
import type { Transaction } from '../platform/database/index.js';
import { stateChanged, type DeploymentName } from './deployment-events.js';
import type { DeploymentState } from './deployment-state.js';
import type { DeploymentStore } from './deployment-store.js';
import type { DeploymentRecord, DeploymentSettings, RevisionRecord } from './records.js';
import { changedSettings, type SettingsInput } from './settings-input.js';
import { settingsOf } from './stored-settings.js';

/** Whether the newest revision is what the deployment is to do; false after an undeploy. */
export type IsWanted = (deployment: DeploymentRecord) => boolean;

/** On its way, or there. */
const ALIVE: readonly DeploymentState[] = ['PENDING', 'LOADING', 'WARMING', 'READY'];

/** What a deployment is to do, and why, as whoever asks for it says. */
interface Wanted {
  readonly version: VersionRecord;
  readonly settings: DeploymentSettings;
  readonly reason: string | null;
}

interface Accepted {
  readonly deployment: DeploymentName;
  /** Null when the deployment does so already. */
  readonly revision: RevisionRecord | null;
}

/** Writes down what is asked of a deployment: a new revision, unless it serves just so. */
export class RevisionRequests {
  constructor(
    private readonly store: DeploymentStore,
    private readonly events: EventLog,
  ) {}

  /** @throws DomainError NAME_TAKEN when the name serves another model. */
  deploy(caller: Caller, name: string, wanted: Wanted, isWanted: IsWanted): Promise<Accepted> {
    const { version, settings } = wanted;
    return this.events.transaction<Accepted>(async (tx) => {
      const existing = await this.store.find(name, tx);
      if (existing && existing.modelId !== version.modelId) {
        throw nameTaken(name, version);
      }
      if (existing && isWanted(existing) && serves(existing.revision, version.id, settings))
        return { result: { deployment: existing, revision: null }, events: [] };
      if (existing) {
        await this.store.lock(tx, existing.id);
        await this.store.assertUndivided(tx, existing);
      }
      return this.add(tx, caller, name, wanted);
    });
  }

  /**
   * A revision of the same version with other settings. What was asked for last counts, even while it is on its way.
   *
   * @throws DomainError INVALID_ARGUMENT, DEPLOYMENT_NOT_READY when it is stopped.
   */
  async update(
    caller: Caller,
    deployment: DeploymentRecord,
    input: { readonly settings: SettingsInput; readonly reason: string | null },
    versionOf: (revision: RevisionRecord) => Promise<VersionRecord>,
  ): Promise<Accepted> {
    for (;;) {
      // Read before the transaction, which must not wait for another query: there may be one connection only.
      const base = await this.baseOf(deployment);
      const version = await versionOf(base);
      const accepted = await this.events.transaction<Accepted | null>(async (tx) => {
        await this.store.lock(tx, deployment.id);
        if ((await this.baseOf(deployment, tx)).id !== base.id) return { result: null, events: [] };
        const settings = changedSettings(settingsOf(base), input.settings);
        if (base.state !== 'FAILED' && isDeepStrictEqual(settingsOf(base), settings))
          return { result: { deployment, revision: null }, events: [] };
        await this.store.assertUndivided(tx, deployment);
        return this.add(tx, caller, deployment.name, { version, settings, reason: input.reason });
      });
      if (accepted) return accepted;
    }
  }

  private async baseOf({ id, name, state }: DeploymentRecord, tx?: Transaction): Promise<RevisionRecord> {
    const newestFirst = (await this.store.revisions([id], tx)).filter(({ role }) => role === 'PRIMARY');
    const alive = newestFirst.find((revision) => ALIVE.includes(revision.state));
    const [newest] = newestFirst;
    if (alive) return alive;
    if (newest?.state === 'FAILED') return newest;
    throw new DomainError(
      'DEPLOYMENT_NOT_READY',
      `Deployment "${name}" is ${state}. Start it with deployVersion, which takes the same settings.`,
      { field: ['name'] },
    );
  }

  private async add(tx: Transaction, caller: Caller, name: string, { version, settings, reason }: Wanted) {
    const result = await this.store.addRevision(tx, {
      name,
      modelId: version.modelId,
      versionId: version.id,
      settings,
      actor: caller.actor,
      reason,
    });
    // Two first deploys of one name at once: the second has waited for the first to be committed.
    if (result.deployment.modelId !== version.modelId) throw nameTaken(name, version);
    const event = stateChanged({
      deployment: result.deployment,
      revision: result.revision.number,
      version,
      from: null,
      to: 'PENDING',
      reason,
      caller,
    });
    return { result, events: [event] };
  }
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
