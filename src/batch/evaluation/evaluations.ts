import { LRUCache } from 'lru-cache';
import type { Metric, VersionRecord } from '../../catalog/index.js';
import type { MeasuredQualities, MeasuredQuality } from '../../deployments/index.js';
import type { EventLog } from '../../platform/events/index.js';
import type { Logger } from '../../platform/logging.js';
import {
  asMetrics,
  asQualities,
  newestOfEach,
  type Evaluation,
  type MeasuredOn,
  type NewEvaluation,
} from './evaluation.js';
import { versionEvaluated } from './evaluation-event.js';
import type { EvaluationStore } from './evaluation-store.js';

/** The newest of a version. */
const MOST_LISTED = 100;
/** Versions whose metrics guards have asked for. */
const MOST_KNOWN = 1_000;

/** What was found out about versions by asking them about rows whose values are known. */
export class Evaluations implements MeasuredQualities {
  private readonly known = new LRUCache<string, readonly MeasuredQuality[]>({ max: MOST_KNOWN });
  private readonly reading = new Set<string>();
  /** Rises with each change: what was read before one is not remembered. */
  private changes = 0;

  constructor(
    private readonly parts: {
      readonly store: EvaluationStore;
      readonly events: Pick<EventLog, 'transaction' | 'onCommitted' | 'onMissed'>;
      readonly logger: Logger;
    },
  ) {
    parts.events.onCommitted(({ kind, version }) => {
      if (kind === 'VERSION_EVALUATED' && version) this.forget(version.id);
      // Evaluations come with archives, too.
      if (kind === 'MODEL_IMPORTED') this.forget();
    });
    parts.events.onMissed(() => this.forget());
  }

  /** With its event; once for each job. */
  async keep(version: VersionRecord, evaluation: NewEvaluation): Promise<void> {
    const { events, store } = this.parts;
    await events.transaction(async (tx) => {
      const kept = await store.keep(tx, evaluation);
      return { result: undefined, events: kept ? [versionEvaluated(version, kept)] : [] };
    });
  }

  /** Newest first. */
  ofVersions(versionIds: readonly string[]): Promise<Evaluation[]> {
    return this.parts.store.ofVersions(versionIds, MOST_LISTED);
  }

  /** Of each version, set of rows and result the newest, with the number of the version. */
  newestOfModel(modelId: string): Promise<(Evaluation & { readonly number: number })[]> {
    return this.parts.store.newestOfModel(modelId);
  }

  /** Of each set of rows and result, the newest, as metrics beside those its publisher gave. */
  async metricsOf(versionId: string): Promise<(Metric & MeasuredOn)[]> {
    return newestOfEach(await this.ofVersions([versionId])).flatMap(asMetrics);
  }

  /** The newest of each; undefined while they are not known, and then they are being read. */
  of(versionId: string): readonly MeasuredQuality[] | undefined {
    const known = this.known.get(versionId);
    if (known === undefined && !this.reading.has(versionId)) {
      this.reading.add(versionId);
      this.load(versionId)
        .catch((error: unknown) => this.parts.logger.warn({ err: error }, 'evaluations could not be read'))
        .finally(() => this.reading.delete(versionId));
    }
    return known;
  }

  async load(versionId: string): Promise<readonly MeasuredQuality[]> {
    const { changes } = this;
    const found = newestOfEach(await this.ofVersions([versionId])).flatMap(asQualities);
    if (changes === this.changes) this.known.set(versionId, found);
    return found;
  }

  private forget(versionId?: string): void {
    this.changes += 1;
    if (versionId === undefined) this.known.clear();
    else this.known.delete(versionId);
  }
}
