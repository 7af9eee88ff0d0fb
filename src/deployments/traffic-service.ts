import { checkReason, type CatalogService, type VersionRecord } from '../catalog/index.js';
import type { Transaction } from '../platform/database/index.js';
import { DomainError } from '../platform/errors.js';
import type { Caller } from '../security/index.js';
import type { DeploymentEntry } from './deployment-entry.js';
import { trafficChanged } from './deployment-events.js';
import type { DeploymentStore } from './deployment-store.js';
import { notServing } from './deployment-refusals.js';
import { checkCacheable } from './determinism.js';
import { checkCompatible, checkSameModel } from './migrations/migration-checks.js';
import { readKeepWarm } from './migrations/migration-input.js';
import type { DeploymentAccess } from './migrations/migration-service.js';
import type { DeploymentRecord } from './records.js';
import type { Rearranger } from './rearrangement.js';
import type { RevisionArm } from './revision-arm.js';
import { settingsOf } from './stored-settings.js';
import { percentOf, readPart, totalWeight, type PartInput } from './traffic/share.js';
import { checkedWait, within } from './waiting.js';

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
      readonly store: DeploymentStore;
      readonly rearranger: Rearranger;
      readonly access: DeploymentAccess;
    },
  ) {}

  /**
   * The versions that get a share are loaded first, with the settings of what serves; then all shares change at once.
   *
   * @throws DomainError DEPLOYMENT_NOT_FOUND, DEPLOYMENT_NOT_READY, VERSION_NOT_FOUND, INVALID_ARGUMENT, MODEL_ARCHIVED,
   * BREAKING_SIGNATURE, MIGRATION_IN_PROGRESS.
   */
  async set(caller: Caller, request: SetTrafficRequest): Promise<DeploymentRecord> {
    const { access } = this.deps;
    const waitMs = checkedWait(request);
    const keepWarmMs = readKeepWarm(request.keepWarmMs);
    const reason = checkReason(request.reason);
    const deployment = await access.require(request.deployment, ['deployment']);
    const shares = await this.shares(deployment, request.shares);
    const entry = access.entry(deployment);
    const base = entry.primary.lifecycle.subject;
    if (!base) throw notServing(deployment);
    for (const { version } of shares) {
      if (request.allowBreaking !== true) checkCompatible(base.version, version);
      if (base.revision.cache) await checkCacheable(this.deps.catalog, version);
    }
    const done = this.apply(caller, deployment, entry, shares, { reason, keepWarmMs });
    done.catch(() => undefined);
    await within(waitMs, done);
    return access.require(request.deployment);
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
    return shares;
  }

  private async apply(
    caller: Caller,
    deployment: DeploymentRecord,
    entry: DeploymentEntry,
    shares: readonly Share[],
    { reason, keepWarmMs }: { readonly reason: string | null; readonly keepWarmMs: number },
  ): Promise<void> {
    const { rearranger, store } = this.deps;
    const { arms, added } = await this.arms(caller, deployment, entry, shares, reason);
    const total = totalWeight(shares);
    const weights = new Map(arms.map((arm, index) => [arm, (100 * (shares[index]?.weight ?? 0)) / total]));
    const [largest] = [...weights].sort(([, a], [, b]) => b - a);
    const promote = weights.has(entry.primary) || !largest ? {} : { promote: largest[0] };
    const leaving = entry.arms.filter(
      (arm) => arm !== entry.primary && arm.role === 'CANDIDATE' && !weights.has(arm),
    );
    const told = shares.map(({ version, weight }) => ({ version, weight: (100 * weight) / total }));
    try {
      const done = await rearranger.rearrange(entry, {
        caller,
        weights,
        ...promote,
        keepWarmMs,
        leaving,
        leaveReason: 'Its share of the traffic went to others',
        also: async (tx) => {
          await store.lock(tx, deployment.id);
          await store.assertNotMigrating(tx, deployment);
          return [trafficChanged({ deployment: entry.deployment, shares: told, reason, caller })];
        },
      });
      if (!done) throw notServing(deployment);
    } catch (error) {
      await this.takeBack(caller, entry, added);
      throw error;
    }
  }

  /** One for each share, serving; those that are missing are loaded. */
  private async arms(
    caller: Caller,
    deployment: DeploymentRecord,
    entry: DeploymentEntry,
    shares: readonly Share[],
    reason: string | null,
  ): Promise<{ arms: RevisionArm[]; added: RevisionArm[] }> {
    const { rearranger, store } = this.deps;
    const primary = entry.primary.lifecycle.subject;
    if (!primary) throw notServing(deployment);
    const added: RevisionArm[] = [];
    const arms: RevisionArm[] = [];
    try {
      for (const { version } of shares) {
        const serving = entry.arms.find(
          ({ role, current }) => role !== 'STANDBY' && current?.version.id === version.id,
        );
        if (serving) {
          arms.push(serving);
          continue;
        }
        const wanted = {
          version,
          settings: settingsOf(primary.revision),
          reason,
          also: async (tx: Transaction) => {
            await store.assertNotMigrating(tx, deployment);
            return [];
          },
        };
        const { arm, revision, warm } = await rearranger.add(entry, caller, wanted);
        added.push(arm);
        arms.push(arm);
        if (!warm) await arm.bringUp(revision, { caller });
        if (!arm.current) {
          const { stateReason } = (await store.revision(deployment.id, revision.number)) ?? {};
          throw new DomainError(
            'DEPLOYMENT_NOT_READY',
            `Nothing was changed: ${version.ref} could not be loaded: ${stateReason ?? 'it ended'}`,
            { field: ['shares'] },
          );
        }
      }
    } catch (error) {
      await this.takeBack(caller, entry, added);
      throw error;
    }
    return { arms, added };
  }

  private async takeBack(
    caller: Caller,
    entry: DeploymentEntry,
    leaving: readonly RevisionArm[],
  ): Promise<void> {
    const leaveReason = 'The traffic was not divided after all';
    await this.deps.rearranger.rearrange(entry, { caller, leaving, leaveReason });
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
