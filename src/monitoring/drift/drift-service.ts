import type { CatalogService, VersionRecord } from '../../catalog/index.js';
import type { DeploymentRecord } from '../../deployments/index.js';
import type { Database } from '../../platform/database/index.js';
import { checkDuration } from '../window.js';
import type { Logger } from '../../platform/logging.js';
import { DriftRecorder } from './drift-recorder.js';
import { DriftSlotStore, HOUR, MINUTE } from './drift-slot-store.js';
import { judgeDrift, type DriftVerdict, type FeatureDrift } from './judge-drift.js';
import type { Reference, ReferenceSource } from './reference.js';
import { ReferenceStore } from './reference-store.js';

const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;
const DAY_MS = 86_400_000;
/** For so long what was counted is kept minute by minute, then hour by hour. */
const MINUTES_KEPT_MS = 6 * HOUR_MS;
const KEPT_MS = 30 * DAY_MS;

export interface DriftReport {
  readonly deploymentId: string;
  readonly deploymentName: string;
  readonly version: VersionRecord;
  /** The window is [since, at). */
  readonly since: Date;
  readonly at: Date;
  readonly verdict: DriftVerdict;
  readonly reason: string;
  /** Null when the version has no reference. */
  readonly referenceSource: ReferenceSource | null;
  readonly features: readonly FeatureDrift[];
  /** What came just before this instant, when the server started, may not have been counted; null: all was. */
  readonly incompleteSince: Date | null;
}

/** Says whether what deployments are asked and answer is still what their versions were made for. */
export class DriftService {
  private readonly references: ReferenceStore;
  private readonly slots: DriftSlotStore;
  readonly recorder: DriftRecorder;
  private readonly startedAt = new Date();
  /** What a server before this one has counted. */
  private readonly begunBefore = new Set<string>();

  constructor(
    private readonly deps: {
      readonly database: Database;
      readonly catalog: Pick<CatalogService, 'versionsByIds'>;
      readonly logger: Logger;
    },
  ) {
    this.references = new ReferenceStore(deps.database);
    this.slots = new DriftSlotStore(deps.database);
    this.recorder = new DriftRecorder(deps.database, deps.logger);
  }

  /** Once the database is there. */
  async start(): Promise<void> {
    for (const kept of await this.slots.kept()) this.begunBefore.add(keyOf(kept));
    await this.recorder.start((ids) => this.deps.catalog.versionsByIds(ids));
  }

  /** By version; versions without one are left out. */
  referencesOf(versionIds: readonly string[]): Promise<Reference[]> {
    return this.references.ofVersions(versionIds);
  }

  /**
   * One report for each version that the deployment serves.
   *
   * @param windowMs from a minute to 30 days; what is older than six hours is counted by whole hours
   * @throws DomainError INVALID_ARGUMENT, UNAVAILABLE
   */
  async report(deployment: DeploymentRecord, windowMs: number): Promise<DriftReport[]> {
    checkDuration(windowMs, MINUTE_MS, KEPT_MS, ['window']);
    const ids = [...new Set(deployment.traffic.map(({ revision }) => revision.versionId))];
    const [versions, references] = await Promise.all([
      this.deps.catalog.versionsByIds(ids),
      this.references.ofVersions(ids),
    ]);
    await this.recorder.flush();
    const reports: DriftReport[] = [];
    for (const id of ids) {
      const version = versions.find((one) => one.id === id);
      const reference = references.find(({ versionId }) => versionId === id) ?? null;
      if (version) reports.push(await this.reportOf(deployment, version, reference, windowMs));
    }
    return reports;
  }

  /** Joins minutes that are some hours old, and removes what is too old. */
  async tidy(): Promise<void> {
    const now = Date.now();
    const cutoff = new Date(Math.floor((now - MINUTES_KEPT_MS) / HOUR_MS) * HOUR_MS);
    const old = await this.slots.oldMinutes(cutoff);
    const known = await this.slots.references(old.map(({ referenceId }) => referenceId));
    for (const { referenceId, deploymentId, hour } of old) {
      const versionId = known.find(({ id }) => id === referenceId)?.versionId;
      const [reference] = versionId === undefined ? [] : await this.references.ofVersions([versionId]);
      if (reference?.id === referenceId) await this.slots.joinMinutes({ reference, deploymentId }, hour);
    }
    await this.slots.removeBefore(new Date(now - KEPT_MS - HOUR_MS));
  }

  close(): Promise<void> {
    return this.recorder.close();
  }

  private async reportOf(
    { id: deploymentId, name }: DeploymentRecord,
    version: VersionRecord,
    reference: Reference | null,
    windowMs: number,
  ): Promise<DriftReport> {
    const at = new Date();
    const span = windowMs < MINUTES_KEPT_MS ? MINUTE : HOUR;
    const since = new Date(Math.floor((at.getTime() - windowMs) / (span * 1_000)) * span * 1_000);
    const about = { deploymentId, deploymentName: name, version, since, at };
    if (reference === null)
      return {
        ...about,
        verdict: 'NOT_ENOUGH_DATA',
        reason: `${version.ref} has no reference distribution to hold requests against: set one with setReferenceDistribution.`,
        referenceSource: null,
        features: [],
        incompleteSince: null,
      };
    const { counts, firstAt } = await this.slots.sum({ reference, deploymentId }, since);
    const wasBegun = this.begunBefore.has(keyOf({ referenceId: reference.id, deploymentId }));
    const wasRestarted = wasBegun && firstAt !== null && firstAt < this.startedAt && this.startedAt > since;
    return {
      ...about,
      ...judgeDrift(reference.features, counts),
      referenceSource: reference.source,
      incompleteSince: wasRestarted ? this.startedAt : null,
    };
  }
}

function keyOf({
  referenceId,
  deploymentId,
}: {
  readonly referenceId: string;
  readonly deploymentId: string;
}) {
  return `${referenceId} ${deploymentId}`;
}
