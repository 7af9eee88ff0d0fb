import type { DeploymentTarget, VersionSet } from '../deployments/index.js';
import type { Departure } from '../platform/disconnection.js';
import { DomainError } from '../platform/errors.js';
import type { Priority } from './priority.js';

/** A key is hashed for every request that has one. */
const MAX_ROUTING_KEY = 1_000;

/** Exactly one of `deployment` (a name) and `version` (a version ref). */
export interface TargetRequest {
  readonly deployment?: string | null | undefined;
  readonly version?: string | null | undefined;
  readonly deadlineMs?: number | null | undefined;
  /** Requests of one key go to one version, as far as a deployment's traffic allows. */
  readonly routingKey?: string | null | undefined;
  /** A version ref: of those that the deployment serves, the one that must answer. */
  readonly pin?: string | null | undefined;
  /** Of those that the deployment serves, the ones that may answer; all when left out. */
  readonly among?: VersionSet | undefined;
  /** NORMAL when left out. */
  readonly priority?: Priority | null | undefined;
  /** Tells when the caller has gone. */
  readonly signal?: Departure | undefined;
}

/** @throws DomainError INVALID_ARGUMENT when the request does not name exactly one target, or more than fits it */
export function targetOf(request: TargetRequest): DeploymentTarget | { readonly version: string } {
  const { deployment, version, routingKey, pin, among } = request;
  if (typeof deployment === 'string' && typeof version !== 'string') {
    if (typeof routingKey !== 'string' && typeof pin !== 'string')
      return among === undefined ? { deployment } : { deployment, among };
    if (typeof routingKey === 'string' && routingKey.length > MAX_ROUTING_KEY) {
      throw new DomainError(
        'INVALID_ARGUMENT',
        `Expected routingKey to have at most ${MAX_ROUTING_KEY} characters, got ${routingKey.length}.`,
        { field: ['routingKey'] },
      );
    }
    return { deployment, routingKey: routingKey ?? undefined, pin: pin ?? undefined, among };
  }
  const stray = typeof routingKey === 'string' ? 'routingKey' : typeof pin === 'string' ? 'pin' : null;
  if (typeof version === 'string' && typeof deployment !== 'string') {
    if (stray === null) return { version };
    throw new DomainError(
      'INVALID_ARGUMENT',
      `Expected ${stray} together with deployment, got it together with version, which names what answers already.`,
      { field: [stray] },
    );
  }
  const got = typeof deployment === 'string' ? 'both' : 'neither';
  throw new DomainError(
    'INVALID_ARGUMENT',
    `Expected exactly one of deployment (a name) and version (a ref such as "esol@2"), got ${got}.`,
    {
      field: ['deployment'],
    },
  );
}
