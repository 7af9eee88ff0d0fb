import { DomainError } from '../platform/errors.js';
import type { Logger } from '../platform/logging.js';
import { untilAborted, type AbortSignalLike } from '../platform/until-aborted.js';
import { Admission } from './admission.js';
import type { DeploymentName } from './deployment-events.js';
import type { RevisionRecord } from './records.js';
import type { BringUpOptions, RevisionLifecycle } from './revision-lifecycle.js';
import type { ModelHandle } from './serving.js';
import { StepQueue } from './step-queue.js';

/** How soon a step is tried again that the database did not let through. */
const STEP_RETRY_MS = 1_000;

/** Makes one deployment so as it is wanted, a step at a time, and lets requests in to what serves or is about to. */
export class DeploymentEntry {
  /** The newest revision asked for; older ones still on their way give up. Null after an undeploy. */
  wanted: number | null = null;
  readonly lifecycle: RevisionLifecycle;
  private readonly steps: StepQueue;
  private readonly admission: Admission;
  /** Of the revision that serves; before the first does, of the one on its way. */
  private maxQueue = 1;
  /** Revisions on their way up, waiting for another attempt or for their turn included. */
  private readonly comingUp = new Set<Promise<void>>();
  private readonly sleeping = new Set<() => void>();
  private waiting = new Set<() => void>();
  private closing = false;

  constructor(
    readonly deployment: DeploymentName,
    private readonly logger: Logger,
    lifecycle: (retry: (revision: RevisionRecord, delayMs: number) => void) => RevisionLifecycle,
  ) {
    this.steps = new StepQueue((error) => this.report(error));
    this.admission = new Admission(`Deployment "${deployment.name}"`);
    this.lifecycle = lifecycle((revision, delayMs) => {
      void this.track(this.later(delayMs, revision, { servedBefore: true }));
    });
  }

  /** Neither serves nor is about to. */
  get empty(): boolean {
    return this.wanted === null && this.lifecycle.current === null && this.comingUp.size === 0;
  }

  /** Resolves when the revision serves, has failed or was given up, however many attempts that takes. */
  bringUp(revision: RevisionRecord, options: Omit<BringUpOptions, 'superseded'> = {}): Promise<void> {
    if (!this.lifecycle.current) this.maxQueue = revision.limits.maxQueue;
    return this.track(this.attempt(revision, options));
  }

  /** Serves a revision that is READY in the database, without loading its model. */
  adopt(revision: RevisionRecord): Promise<void> {
    this.maxQueue = revision.limits.maxQueue;
    return this.track(this.steps.add(() => this.lifecycle.adopt(revision)));
  }

  /** Runs `step` when everything asked for before has been done or given up. */
  async afterwards(step: () => Promise<void>): Promise<void> {
    for (const wake of this.sleeping) wake();
    await this.steps.add(step);
    await Promise.all(this.comingUp);
  }

  /**
   * The right to run what the deployment serves. Waits for what is about to serve, until `signal` ends.
   *
   * @returns null when nothing serves and nothing is on its way.
   * @throws DomainError OVERLOADED; what loading an unloaded model fails with.
   */
  async acquire(signal: AbortSignalLike): Promise<ModelHandle | null> {
    const leave = this.admission.enter(this.lifecycle.current?.settings.limits.maxQueue ?? this.maxQueue);
    let handle: ModelHandle | null = null;
    try {
      handle = await this.serving(signal, leave);
    } finally {
      if (!handle) leave();
    }
    return handle;
  }

  /** Resolves when nothing is being loaded or drained, apart from what waits for another attempt. */
  settled(): Promise<void> {
    return this.steps.idle();
  }

  /** Lets running requests finish and frees the model. */
  async close(): Promise<void> {
    this.closing = true;
    for (const wake of this.sleeping) wake();
    await this.steps.add(() => this.lifecycle.suspend());
    await Promise.all(this.comingUp);
  }

  private async serving(signal: AbortSignalLike, leave: () => void): Promise<ModelHandle | null> {
    for (;;) {
      const { current } = this.lifecycle;
      if (current) {
        try {
          return await current.acquire(signal, leave);
        } catch (error) {
          // What it failed with is for this request, unless the model as such is gone: then another may be coming.
          if (signal.aborted || this.lifecycle.current === current) throw error;
          continue;
        }
      }
      if (this.comingUp.size === 0) return null;
      await this.changed(signal);
    }
  }

  private changed(signal: AbortSignalLike): Promise<void> {
    let wake: () => void = () => undefined;
    const change = new Promise<void>((resolve) => (wake = resolve));
    this.waiting.add(wake);
    return untilAborted(change, signal).finally(() => this.waiting.delete(wake));
  }

  private notify(): void {
    const { waiting } = this;
    this.waiting = new Set();
    for (const wake of waiting) wake();
  }

  private async track(work: Promise<void>): Promise<void> {
    this.comingUp.add(work);
    try {
      await work;
    } finally {
      this.comingUp.delete(work);
      this.notify();
    }
  }

  private async attempt(
    revision: RevisionRecord,
    options: Omit<BringUpOptions, 'superseded'>,
  ): Promise<void> {
    const retryInMs = await this.step(revision, options);
    if (retryInMs !== null) await this.later(retryInMs, revision, options);
    // Whoever waits for another attempt of an older revision need not any more.
    else if (this.lifecycle.current) for (const wake of this.sleeping) wake();
  }

  /** @returns milliseconds until the next attempt, or null when there is no need of one. */
  private async step(
    revision: RevisionRecord,
    options: Omit<BringUpOptions, 'superseded'>,
  ): Promise<number | null> {
    const result: { retryInMs: number | null } = { retryInMs: null };
    await this.steps.add(async () => {
      if (this.closing) return;
      const superseded = () => this.superseded(revision, options.servedBefore ?? false);
      try {
        result.retryInMs = await this.lifecycle.bringUp(revision, { ...options, superseded });
      } catch (error) {
        this.report(error);
        // The database is away: what it does not know yet must not be forgotten.
        if (error instanceof DomainError && error.code === 'UNAVAILABLE') result.retryInMs = STEP_RETRY_MS;
      }
    });
    this.notify();
    return result.retryInMs;
  }

  private async later(
    delayMs: number,
    revision: RevisionRecord,
    options: Omit<BringUpOptions, 'superseded'>,
  ): Promise<void> {
    if (this.closing) return;
    await this.sleep(delayMs);
    await this.attempt(revision, options);
  }

  private async sleep(ms: number): Promise<void> {
    let wake: () => void = () => undefined;
    const over = new Promise<void>((resolve) => (wake = resolve));
    const timer = setTimeout(wake, ms).unref();
    this.sleeping.add(wake);
    await over;
    clearTimeout(timer);
    this.sleeping.delete(wake);
  }

  private superseded(revision: RevisionRecord, servedBefore: boolean): string | null {
    if (this.wanted === null) return 'Undeployed';
    const serves = this.lifecycle.currentNumber;
    if (serves !== null && serves > revision.number) return `Replaced by revision ${serves}`;
    // What served before serves until the newer one is ready, and goes on should that fail.
    if (servedBefore || this.wanted <= revision.number) return null;
    return `Replaced by revision ${this.wanted}`;
  }

  private report(error: unknown): void {
    this.logger.error({ err: error, deployment: this.deployment.name }, 'a deployment step failed');
  }
}
