import type { VersionRecord } from '../../catalog/index.js';
import type { AnsweredRequest, RequestOutcome } from '../../inference/index.js';
import { parsePipeline } from '../../pipelines/index.js';
import type { Database } from '../../platform/database/index.js';
import type { Logger } from '../../platform/logging.js';
import { Turns } from '../../platform/turns.js';
import { DriftSlotStore } from './drift-slot-store.js';
import { LiveCounter } from './live-counter.js';
import type { Reference } from './reference.js';
import { ReferenceStore } from './reference-store.js';
import { RowView } from './see-row.js';

const SECOND_MS = 1_000;
/** What was counted is written this often: a server that is killed loses no more. */
const WRITE_SECONDS = 10;
/** What nobody has asked for so long is forgotten, and read again when somebody does. */
const IDLE_MS = 3_600_000;
/** Versions that are remembered, with their references or for having none. */
const MAX_VERSIONS = 1_000;
/** References read at a start: requests that come before a version's is in memory are not counted. */
const READ_AT_START = 200;

/** A version whose requests are watched; without a reference they are not. */
interface Watched {
  readonly reference: Reference | null;
  readonly view: RowView | null;
  readonly byDeployment: Map<string, LiveCounter>;
}

interface Picked {
  readonly counter: LiveCounter;
  readonly view: RowView;
  readonly request: AnsweredRequest;
  readonly row: number;
  readonly place: number;
}

/**
 * Counts what deployments are asked, and answer, in the bins of their versions' references. A request pays for drawing
 * which of its rows are looked at; all else comes after it, and nothing of it can fail a request.
 */
export class DriftRecorder {
  private readonly references: ReferenceStore;
  private readonly slots: DriftSlotStore;
  private readonly watched = new Map<string, Watched>();
  private readonly loading = new Set<string>();
  private picked: Picked[] = [];
  private readonly writing = new Turns();
  private readonly timer: NodeJS.Timeout;
  private seconds = 0;
  private away = false;

  constructor(
    database: Database,
    private readonly logger: Logger,
    private readonly random: () => number = Math.random,
  ) {
    this.references = new ReferenceStore(database);
    this.slots = new DriftSlotStore(database);
    this.timer = setInterval(() => this.tick(), SECOND_MS).unref();
  }

  /** Called for every request, on its own time. */
  readonly ended = (outcome: RequestOutcome): void => {
    if (!outcome.ok || outcome.target.deployment === null || outcome.rows === 0) return;
    const { version, deployment } = outcome.target;
    const watched = this.watched.get(version.id);
    if (watched === undefined) this.startWatching(version);
    if (!watched?.view || !watched.reference) return;
    const { view, reference, byDeployment } = watched;
    let counter = byDeployment.get(deployment.id);
    if (!counter) {
      counter = new LiveCounter(reference, deployment.id, this.random);
      byDeployment.set(deployment.id, counter);
    }
    const { picked } = this;
    const before = picked.length;
    const into = counter;
    into.offer(outcome.rows, (row, place) =>
      picked.push({ counter: into, view, request: outcome, row, place }),
    );
    if (before === 0 && picked.length > 0) setImmediate(this.look);
  };

  /** Reads the newest references. */
  async start(versionsOf: (ids: readonly string[]) => Promise<VersionRecord[]>): Promise<void> {
    const references = await this.references.newest(READ_AT_START);
    for (const version of await versionsOf(references.map(({ versionId }) => versionId)))
      this.watch(version, references.find(({ versionId }) => versionId === version.id) ?? null);
  }

  /** From now on requests are counted in the bins of this reference; what was counted in another's means nothing any more. */
  watch(version: VersionRecord, reference: Reference | null): void {
    const pipeline = version.pipeline && parsePipeline(version.pipeline, version.signature);
    const view = reference && new RowView(reference, pipeline);
    if (this.watched.size >= MAX_VERSIONS) this.forgetOldest();
    this.watched.set(version.id, { reference, view, byDeployment: new Map() });
  }

  /** Another process may have changed any of them. */
  forgetAll(): void {
    this.watched.clear();
  }

  /** Counts and writes all that was seen so far. */
  async flush(): Promise<void> {
    this.endSecond();
    await this.write();
  }

  async close(): Promise<void> {
    clearInterval(this.timer);
    await new Promise((resolve) => setImmediate(resolve));
    await this.flush();
  }

  private startWatching(version: VersionRecord): void {
    if (this.loading.has(version.id)) return;
    this.loading.add(version.id);
    this.load(version)
      .catch((error: unknown) => {
        this.logger.warn({ err: error, version: version.ref }, 'a reference distribution could not be read');
      })
      .finally(() => this.loading.delete(version.id));
  }

  private async load(version: VersionRecord): Promise<void> {
    const [reference = null] = await this.references.ofVersions([version.id]);
    this.watch(version, reference);
  }

  private forgetOldest(): void {
    for (const [versionId, { byDeployment }] of this.watched)
      if ([...byDeployment.values()].every(({ isPending }) => !isPending)) {
        this.watched.delete(versionId);
        return;
      }
  }

  private readonly look = (): void => {
    const { picked } = this;
    this.picked = [];
    for (const { counter, view, request, row, place } of picked)
      try {
        const seen = view.see(request, row);
        if (seen) counter.put(place, seen);
      } catch (error) {
        this.logger.warn({ err: error, version: request.target.version.ref }, 'a row could not be looked at');
      }
  };

  private tick(): void {
    this.endSecond();
    this.seconds += 1;
    if (this.seconds % WRITE_SECONDS !== 0) return;
    this.write().catch((error: unknown) => this.logger.warn({ err: error }, 'drift counts were not written'));
  }

  private endSecond(): void {
    this.look();
    const now = Date.now();
    for (const { byDeployment } of this.watched.values())
      for (const [deploymentId, counter] of byDeployment) {
        counter.endSecond(now);
        if (!counter.isPending && now - counter.lastAt > IDLE_MS) byDeployment.delete(deploymentId);
      }
  }

  private write(): Promise<void> {
    return this.writing.run(async () => {
      for (const { byDeployment } of [...this.watched.values()])
        for (const counter of [...byDeployment.values()]) await this.writeOne(counter);
    });
  }

  private async writeOne(counter: LiveCounter): Promise<void> {
    const spans = counter.taken();
    if (spans.length === 0) return;
    try {
      // Replaced by another process, or gone: what comes next is counted for what there is then.
      if (!(await this.slots.add(counter, spans))) this.watched.delete(counter.reference.versionId);
      this.away = false;
    } catch (error) {
      const isKept = counter.giveBack(spans);
      // Once, not every ten seconds while it lasts.
      if (!this.away || !isKept)
        this.logger.warn(
          { err: error, deploymentId: counter.deploymentId },
          isKept ? 'drift counts wait for the database' : 'drift counts of a minute were given up',
        );
      this.away = true;
    }
  }
}
