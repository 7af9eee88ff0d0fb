import type { VersionRecord } from '../catalog/index.js';
import type { LoadedModel } from '../onnx/index.js';
import type { DomainError } from '../platform/errors.js';
import type { NewEvent } from '../platform/events/index.js';
import type { Caller } from '../security/index.js';
import type { DeploymentState } from './deployment-state.js';
import type { UnloadReason } from './serving.js';

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
    message: `${deployment.name} revision ${revision} (${version.ref}) is ${to}${reason === null ? '' : `: ${reason}`}`,
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
