import type { VersionRecord } from '../catalog/index.js';
import type { Transaction } from '../platform/database/index.js';
import type { NewEvent } from '../platform/events/index.js';
import type { Caller } from '../security/index.js';
import { stateChanged } from './deployment-events.js';
import type { RevisionRole } from './deployment-state.js';
import type { DeploymentStore } from './deployment-store.js';
import type { DeploymentSettings, RevisionRecord } from './records.js';

/** What a deployment is to serve, and why, as whoever asks for it says. */
export interface WantedRevision {
  readonly version: VersionRecord;
  readonly settings: DeploymentSettings;
  readonly reason: string | null;
}

/**
 * A new revision of the deployment of this name, which is made when there is none; part of a transaction. As a CANDIDATE it
 * has no traffic yet.
 */
export async function addRevision(
  tx: Transaction,
  store: DeploymentStore,
  caller: Caller,
  name: string,
  { version, settings, reason }: WantedRevision,
  role: Exclude<RevisionRole, 'STANDBY'>,
): Promise<{
  readonly deployment: { readonly id: string; readonly name: string; readonly modelId: string };
  readonly revision: RevisionRecord;
  readonly event: NewEvent;
}> {
  const { deployment, revision } = await store.addRevision(tx, {
    name,
    modelId: version.modelId,
    versionId: version.id,
    settings,
    actor: caller.actor,
    reason,
    role,
    weight: role === 'PRIMARY' ? 100 : 0,
  });
  const { number } = revision;
  const change = {
    deployment,
    revision: number,
    version,
    from: null,
    to: 'PENDING',
    reason,
    caller,
  } as const;
  return { deployment, revision, event: stateChanged(change) };
}
