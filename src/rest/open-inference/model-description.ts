import type { DeploymentRecord } from '../../deployments/index.js';
import type { TensorSpec } from '../../tensors/index.js';
import { DomainError } from '../../platform/errors.js';
import type { ServedModel } from '../served-models.js';

/** The answer to `GET /v2/models/M`: the signature of the version that answers under this name. */
export function modelMetadata(name: string, { version }: ServedModel): object {
  return {
    name,
    versions: [String(version.number)],
    platform: 'onnx_onnxv1',
    inputs: version.signature.inputs.map(tensorMetadata),
    outputs: version.signature.outputs.map(tensorMetadata),
  };
}

/** @throws DomainError DEPLOYMENT_NOT_READY. A version without a deployment is ready: its first call loads it. */
export function assertReady({ deployment }: ServedModel): void {
  if (deployment && deployment.state !== 'READY') throw notReady(deployment);
}

export function notReady({ name, state, stateReason }: DeploymentRecord): DomainError {
  return new DomainError(
    'DEPLOYMENT_NOT_READY',
    `Deployment "${name}" is ${state}${stateReason === null ? '' : ` (${stateReason})`}.`,
    { field: ['model'] },
  );
}

// The protocol has no way to say that even the number of dimensions varies; one variable dimension comes closest.
function tensorMetadata({ name, datatype, shape, unranked }: TensorSpec): object {
  return { name, datatype, shape: unranked === true ? [-1] : shape };
}
