import type { VersionRecord } from '../catalog/index.js';
import type { LoadedModel } from '../runtime/index.js';
import type { DomainError } from '../platform/errors.js';
import type { NewEvent } from '../platform/events/index.js';
import type { Caller } from '../security/index.js';
import type { DeploymentState } from './deployment-state.js';
import type { UnloadReason } from './harness/serving.js';

export const SYSTEM: Caller = { actor: 'retort', requestId: '' };

export interface DeploymentName {
  readonly id: string;
  readonly name: string;
}

/** What runs: a revision of a deployment, or a version that was loaded on demand. */
export interface Running {
  readonly deployment: DeploymentName | null;
  readonly revision: number | null;
  readonly version: VersionRecord;
}

export function stateChanged(change: {
  readonly deployment: DeploymentName;
  readonly revision: number;
  readonly version: VersionRecord;
  readonly from: DeploymentState | null;
  readonly to: DeploymentState;
  readonly reason: string | null;
  readonly caller: Caller;
}): NewEvent {
  const { deployment, revision, version, from, to, reason, caller } = change;
  return {
    kind: 'DEPLOYMENT_STATE_CHANGED',
    message: `${deployment.name} revision ${revision} (${version.ref}) is ${to}${because(reason)}`,
    actor: caller.actor,
    requestId: caller.requestId === '' ? undefined : caller.requestId,
    ...subject({ deployment, revision, version }),
    data: { fromState: from, toState: to, revision, reason },
  };
}

export function runnerLost(
  running: Running,
  { error, replicasLeft }: { readonly error: DomainError; readonly replicasLeft: number },
): NewEvent {
  return {
    kind: 'RUNNER_LOST',
    message: `${nameOf(running)} lost a runner, ${replicasLeft} left: ${error.message}`,
    actor: SYSTEM.actor,
    ...subject(running),
    data: { revision: running.revision, reason: error.message, replicasLeft },
  };
}

export function runnerRestarted(
  running: Running,
  { attempt, afterMs }: { readonly attempt: number; readonly afterMs: number },
): NewEvent {
  return {
    kind: 'RUNNER_RESTARTED',
    message: `${nameOf(running)} has its runner back after ${Math.round(afterMs)} ms (attempt ${attempt})`,
    actor: SYSTEM.actor,
    ...subject(running),
    data: { revision: running.revision, attempt, afterMs },
  };
}

export function modelUnloaded(running: Running, reason: UnloadReason, memoryBytes: number): NewEvent {
  const why = reason === 'IDLE' ? 'nobody asked for it' : 'another model needed the room';
  return {
    kind: 'MODEL_UNLOADED',
    message: `${nameOf(running)} left memory: ${why}. The next request brings it back`,
    actor: SYSTEM.actor,
    ...subject(running),
    data: { revision: running.revision, reason, memoryBytes },
  };
}

export function modelReloaded(running: Running, { loadMs, memoryBytes }: LoadedModel): NewEvent {
  return {
    kind: 'MODEL_RELOADED',
    message: `${nameOf(running)} is in memory again after ${Math.round(loadMs)} ms`,
    actor: SYSTEM.actor,
    ...subject(running),
    data: { revision: running.revision, loadMs, memoryBytes },
  };
}

function subject({ deployment, version }: Running): Pick<NewEvent, 'model' | 'version' | 'deployment'> {
  return {
    model: { id: version.modelId, name: version.modelName },
    version: { id: version.id, number: version.number },
    deployment: deployment ? { id: deployment.id, name: deployment.name } : undefined,
  };
}

function nameOf({ deployment, version }: Running): string {
  return deployment ? `${deployment.name} (${version.ref})` : version.ref;
}

/** An earlier revision's version and settings serve again. */
export function deploymentRolledBack(change: {
  readonly deployment: DeploymentName;
  readonly from: { readonly revision: number; readonly version: VersionRecord };
  readonly to: { readonly revision: number; readonly restored: number; readonly version: VersionRecord };
  readonly reason: string | null;
  readonly caller: Caller;
}): NewEvent {
  const { deployment, from, to, reason, caller } = change;
  return {
    kind: 'DEPLOYMENT_ROLLED_BACK',
    message:
      `${deployment.name} went back from ${from.version.ref} (revision ${from.revision}) to ${to.version.ref} ` +
      `as in revision ${to.restored}${because(reason)}`,
    ...by(caller),
    ...subject({ deployment, revision: to.revision, version: to.version }),
    data: {
      reason,
      fromRevision: from.revision,
      toRevision: to.revision,
      restoredRevision: to.restored,
      shares: [{ version: to.version.ref, weight: 100 }],
    },
  };
}

/** A deployment's requests are divided otherwise. */
export function trafficChanged(change: {
  readonly deployment: DeploymentName;
  readonly shares: readonly { readonly version: VersionRecord; readonly weight: number }[];
  readonly reason: string | null;
  readonly caller: Caller;
}): NewEvent {
  const { deployment, shares, reason, caller } = change;
  const told = shares.map(({ version, weight }) => `${version.ref} ${Number(weight.toFixed(2))} %`);
  const [first] = shares;
  return {
    kind: 'TRAFFIC_CHANGED',
    message: `${deployment.name} divides its traffic: ${told.join(', ')}${because(reason)}`,
    ...by(caller),
    ...(first && { model: { id: first.version.modelId, name: first.version.modelName } }),
    deployment: { id: deployment.id, name: deployment.name },
    data: { reason, shares: shares.map(({ version, weight }) => ({ version: version.ref, weight })) },
  };
}

/** A deployment follows an alias from now on, or no longer. */
export function followingChanged(change: {
  readonly deployment: DeploymentName;
  readonly model: { readonly id: string; readonly name: string };
  readonly alias: string | null;
  readonly before: string | null;
  readonly reason: string | null;
  readonly caller: Caller;
}): NewEvent {
  const { deployment, model, alias, before, reason, caller } = change;
  const what =
    alias === null ? `no longer follows ${before ?? 'an alias'}` : `follows ${model.name}@${alias}`;
  return {
    kind: 'FOLLOWING_CHANGED',
    message: `${deployment.name} ${what}${because(reason)}`,
    ...by(caller),
    model,
    deployment: { id: deployment.id, name: deployment.name },
    data: { reason, alias, shares: [] },
  };
}

/** What a deployment had recorded was removed. */
export function recordedRequestsCleared(change: {
  readonly deployment: DeploymentName;
  readonly model: { readonly id: string; readonly name: string };
  readonly count: number;
  readonly reason: string | null;
  readonly caller: Caller;
}): NewEvent {
  const { deployment, model, count, reason, caller } = change;
  return {
    kind: 'RECORDED_REQUESTS_CLEARED',
    message: `${deployment.name} was cleared of ${count} recorded ${count === 1 ? 'request' : 'requests'}${because(reason)}`,
    ...by(caller),
    model: { id: model.id, name: model.name },
    deployment: { id: deployment.id, name: deployment.name },
    data: { count, reason },
  };
}

/** The end of a sentence, where somebody said why. */
export function because(reason: string | null): string {
  return reason === null ? '' : `: ${reason}`;
}

function by({ actor, requestId }: Caller): Pick<NewEvent, 'actor' | 'requestId'> {
  return { actor, requestId: requestId === '' ? undefined : requestId };
}
