import type { VersionRecord } from '../../catalog/index.js';
import type { DeploymentName } from '../deployment-events.js';
import { Harness, type HarnessDependencies } from './harness.js';
import { isComingUp } from './harness-phase.js';
import type { HarnessView, HarnessWork } from '../plan/plan-types.js';
import type { RevisionRecord } from '../records.js';

/** What one deployment has in memory, by revision. */
export class HarnessSet {
  private readonly harnesses = new Map<string, Harness>();
  /** Given up, and not gone yet. */
  private readonly leaving = new Set<Promise<void>>();

  constructor(
    private readonly deps: HarnessDependencies,
    private readonly onChange: () => void,
  ) {}

  get all(): ReadonlyMap<string, Harness> {
    return this.harnesses;
  }

  get views(): ReadonlyMap<string, HarnessView> {
    return new Map([...this.harnesses].map(([id, { view }]) => [id, view]));
  }

  get isLoading(): boolean {
    return [...this.harnesses.values()].some(({ phase }) => isComingUp(phase));
  }

  /** @param revision as it was before the action: that it was READY then is remembered */
  carryOut(
    work: HarnessWork,
    deployment: DeploymentName,
    revision: RevisionRecord,
    version: VersionRecord,
  ): void {
    if (work === 'FREE') {
      this.free(revision.id);
      return;
    }
    const harness = this.harnesses.get(revision.id) ?? this.begin(deployment, revision, version);
    switch (work) {
      case 'BEGIN':
        return;
      case 'LOAD':
        harness.load();
        return;
      case 'WARM':
        harness.warm();
        return;
      case 'SERVE':
        harness.serve();
        return;
      case 'ADOPT':
        harness.adopt();
        return;
      case 'DRAIN':
        harness.drain();
    }
  }

  /** What serves as `from` goes on as `revision`. */
  takeOver(revision: RevisionRecord, from: RevisionRecord): void {
    const harness = this.harnesses.get(from.id);
    if (!harness) return;
    this.harnesses.delete(from.id);
    harness.goOnAs(revision);
    this.harnesses.set(revision.id, harness);
  }

  /** Frees what belongs to no row any more. */
  keepOnly(revisions: readonly RevisionRecord[]): void {
    const kept = new Set(revisions.map(({ id }) => id));
    for (const id of this.harnesses.keys()) if (!kept.has(id)) this.free(id);
  }

  async close(): Promise<void> {
    for (const id of this.harnesses.keys()) this.free(id, true);
    await Promise.all(this.leaving);
  }

  private begin(deployment: DeploymentName, revision: RevisionRecord, version: VersionRecord): Harness {
    // On its way, but the primary once: it served, lost its runner and was on its way back.
    const hasServed = revision.state === 'READY' || revision.servedAt !== null;
    const harness = new Harness(deployment, revision, version, hasServed, this.deps, this.onChange);
    this.harnesses.set(revision.id, harness);
    return harness;
  }

  private free(id: string, isLast = false): void {
    const harness = this.harnesses.get(id);
    if (!harness) return;
    this.harnesses.delete(id);
    const gone = harness
      .free(isLast)
      .catch((error: unknown) => this.deps.logger.error({ err: error }, 'a model could not be freed'))
      .finally(() => this.leaving.delete(gone));
    this.leaving.add(gone);
  }
}
