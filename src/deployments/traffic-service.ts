import { randomUUID } from 'node:crypto';
import { type CatalogService, type VersionRecord } from '../catalog/index.js';
import { DomainError } from '../platform/errors.js';
import type { EventLog } from '../platform/events/index.js';
import type { Caller } from '../security/index.js';
import { addRevision } from './add-revision.js';
import { requireDeployment, servesNothing } from './deployment-refusals.js';
import type { DeploymentStore } from './deployment-store.js';
import type { PendingRearrangement } from './desired/desired.js';
import { forAnotherVersion } from './settings/check-settings.js';
import { checkCacheable } from './harness/determinism.js';
import type { Fleet } from './harness/fleet.js';
import { checkCompatible, checkSameModel } from './migrations/migration-checks.js';
import { readKeepWarm } from './migrations/migration-input.js';
import type { DeploymentRecord } from './records.js';
import type { Seat } from './harness/seat.js';
import { settingsOf } from './settings/stored-settings.js';
import { percentOf, readPart, totalWeight, type PartInput } from './routing/share.js';
import { checkedWait, within } from './routing/waiting.js';
import { checkReason } from '../platform/text/check-text.js';

/** All by their shares, which add up to 1, or all by weights, in proportion to each other. */
export interface ShareInput extends PartInput {
  /** A version ref. */
  readonly version: string;
}

export interface SetTrafficRequest {
  readonly deployment: string;
  readonly shares: readonly ShareInput[];
  readonly allowBreaking?: boolean | null | undefined;
  readonly reason?: string | null | undefined;
  readonly keepWarmMs?: number | null | undefined;
  readonly waitMs?: number | null | undefined;
}

interface Share {
  readonly version: VersionRecord;
  readonly weight: number;
}

const MAX_SHARES = 10;
const MAX_WEIGHT = 1_000_000;
/** Three times 0.3333333 is all. */
const SUM_TOLERANCE = 1e-6;

/** Divides a deployment's requests among several versions of its model, for as long as somebody wants. */
export class TrafficService {
  constructor(
    private readonly deps: {
      readonly catalog: CatalogService;
      readonly events: EventLog;
      readonly deployments: DeploymentStore;
      readonly fleet: Fleet;
    },
  ) {}

  /**
   * The versions that get a share are loaded first, with the settings of what serves; then all shares change at once.
   *
   * @throws DomainError DEPLOYMENT_NOT_FOUND, DEPLOYMENT_NOT_READY, VERSION_NOT_FOUND, INVALID_ARGUMENT, MODEL_ARCHIVED,
   * BREAKING_SIGNATURE, MIGRATION_IN_PROGRESS.
   */
  async set(caller: Caller, request: SetTrafficRequest): Promise<DeploymentRecord> {
    const { deployments, fleet } = this.deps;
    const waitMs = checkedWait(request);
    const keepWarmMs = readKeepWarm(request.keepWarmMs);
    const reason = checkReason(request.reason);
    const deployment = await requireDeployment(deployments, request.deployment, ['deployment']);
    const shares = await this.shares(deployment, request.shares);
    await fleet.changeAndWait(deployment.name, async (seat) => {
      await this.check(seat, shares, request);
      const id = randomUUID();
      await this.write(seat, shares, { id, keepWarmMs, reason, caller });
      const outcome = seat.outcomes.of(id);
      outcome.catch(() => undefined);
      return () => within(waitMs, outcome);
    });
    return requireDeployment(deployments, request.deployment);
  }

  private async shares(deployment: DeploymentRecord, inputs: readonly ShareInput[]): Promise<Share[]> {
    const { catalog } = this.deps;
    if (inputs.length < 1 || inputs.length > MAX_SHARES)
      throw invalid(['shares'], `1 to ${MAX_SHARES} shares`, String(inputs.length));
    const weights = readWeights(inputs);
    const shares: Share[] = [];
    for (const [index, { version: ref }] of inputs.entries()) {
      const field = ['shares', String(index)];
      const version = await catalog.resolveVersion(ref, [...field, 'version']);
      await checkSameModel(catalog, deployment, version, [...field, 'version']);
      if (shares.some((other) => other.version.id === version.id))
        throw invalid([...field, 'version'], 'each version once', `${version.ref} twice`);
      shares.push({ version, weight: weights[index] ?? 0 });
    }
    const total = totalWeight(shares);
    return shares.map(({ version, weight }) => ({ version, weight: (100 * weight) / total }));
  }

  private async check(
    { identity, subject: base }: Seat,
    shares: readonly Share[],
    { allowBreaking }: SetTrafficRequest,
  ): Promise<void> {
    if (!base) throw await servesNothing(this.deps.deployments, identity.name);
    for (const { version } of shares) {
      if (allowBreaking !== true) checkCompatible(base.version, version);
      if (base.revision.cache) await checkCacheable(this.deps.catalog, version, null);
    }
  }

  /** A revision for each share that nothing serves yet, and what is to be done when all of them do. */
  private async write(
    seat: Seat,
    shares: readonly Share[],
    change: Pick<PendingRearrangement, 'id' | 'keepWarmMs' | 'reason' | 'caller'>,
  ): Promise<void> {
    const { events, deployments } = this.deps;
    const { identity, desired, subject, writer } = seat;
    const { caller, reason } = change;
    const settings = subject ? forAnotherVersion(settingsOf(subject.revision)) : null;
    if (!settings) return;
    await events.transaction(async (tx) => {
      await deployments.lock(tx, identity.id);
      await deployments.assertNotMigrating(tx, identity);
      const added = [];
      const named = [];
      for (const { version, weight } of shares) {
        const serving = desired.revisions.find(
          ({ role, state, versionId }) => role !== 'STANDBY' && state === 'READY' && versionId === version.id,
        );
        if (!serving) {
          const wanted = { version, settings, reason };
          const one = await addRevision(tx, deployments, caller, identity.name, wanted, 'CANDIDATE');
          added.push(one);
          seat.onBehalfOf(one.revision.id, caller);
        }
        const revision = (serving ?? added.at(-1)?.revision)?.number ?? 0;
        named.push({ revision, ref: version.ref, weight });
      }
      await writer.setPending(tx, { ...change, kind: 'TRAFFIC', shares: named });
      return { result: undefined, events: added.map(({ event }) => event) };
    });
  }
}

/** @throws DomainError INVALID_ARGUMENT */
function readWeights(inputs: readonly ShareInput[]): number[] {
  const parts = inputs.map((input, index) => readPart(input, ['shares', String(index)]));
  for (const [index, { by, value }] of parts.entries()) {
    const field = ['shares', String(index), by];
    const [most, first] = [by === 'share' ? 1 : MAX_WEIGHT, parts[0]];
    if (!(value > 0 && value <= most)) throw invalid(field, `more than 0 and at most ${most}`, String(value));
    if (first && by !== first.by) throw invalid(field, `a ${first.by} like the first`, `a ${by}`);
  }
  if (parts[0]?.by !== 'share') return parts.map(({ value }) => value);
  const sum = parts.reduce((total, { value }) => total + value, 0);
  if (Math.abs(sum - 1) > SUM_TOLERANCE)
    throw invalid(['shares'], 'parts of the requests that add up to 1', String(Number(sum.toPrecision(12))));
  return parts.map(({ value }) => percentOf(value));
}

function invalid(field: readonly string[], expected: string, got: string): DomainError {
  return new DomainError('INVALID_ARGUMENT', `Expected ${field.join('.')} to be ${expected}, got ${got}.`, {
    field,
  });
}
