import { Unavailable } from '../platform/failures.js';
import type { Logger } from '../platform/logging.js';
import type { Caller } from '../security/index.js';
import type { RevisionRole } from './deployment-state.js';
import type { RevisionRecord } from './records.js';
import type { BringUpOptions, RevisionLifecycle } from './revision-lifecycle.js';
import type { Serving } from './serving.js';
import { StepQueue } from './step-queue.js';

/** How soon a step is tried again that the database did not let through. */
const STEP_RETRY_MS = 1_000;

/** What an arm tells the deployment it belongs to. */
export interface ArmOwner {
  readonly name: string;
  readonly logger: Logger;
  /** It may serve now, or has given up. */
  readonly onChange: () => void;
}

/**
 * One place of a deployment where a revision serves, or is about to: the primary, or one beside it. Revisions of the
 * same place replace one another, a step at a time.
 */
export class RevisionArm {
  /** The newest revision asked for; older ones still on their way give up. Null when nothing is wanted here any more. */
  wanted: number | null = null;
  readonly lifecycle: RevisionLifecycle;
  private readonly steps: StepQueue;
  /** Revisions on their way up, waiting for another attempt or for their turn included. */
  private readonly comingUp = new Set<Promise<void>>();
  private readonly sleeping = new Set<() => void>();
  private closing = false;
  private leaveReason = 'Undeployed';

  constructor(
    public role: RevisionRole,
    /** Its share of the deployment's traffic, in proportion to the other arms'. */
    public weight: number,
    private readonly owner: ArmOwner,
    lifecycle: (retry: (revision: RevisionRecord, delayMs: number) => void) => RevisionLifecycle,
  ) {
    this.steps = new StepQueue((error) => this.report(error));
    this.lifecycle = lifecycle((revision, delayMs) => {
      // What is lost while it is being taken down need not come back.
      if (this.wanted !== null) void this.track(this.later(delayMs, revision, { servedBefore: true }));
    });
  }

  get current(): Serving | null {
    return this.lifecycle.current;
  }

  /** Something may serve here without anybody doing more. */
  get pending(): boolean {
    return this.comingUp.size > 0;
  }

  /** Neither serves nor is about to. */
  get empty(): boolean {
    return this.wanted === null && this.current === null && !this.pending;
  }

  /** Resolves when the revision serves, has failed or was given up, however many attempts that takes. */
  bringUp(revision: RevisionRecord, options: Omit<BringUpOptions, 'superseded'> = {}): Promise<void> {
    // Two requests at once may get here in either order; the newer revision is the one wanted.
    this.wanted = Math.max(this.wanted ?? 0, revision.number);
    return this.track(this.attempt(revision, options));
  }

  /** Serves a revision that is READY in the database, without loading its model. */
  adopt(revision: RevisionRecord): Promise<void> {
    this.wanted = revision.number;
    return this.track(this.steps.add(() => this.lifecycle.adopt(revision)));
  }

  /** What is on its way up gives up, and says why. What serves goes on until it is taken down. */
  giveUp(reason: string): void {
    this.wanted = null;
    this.leaveReason = reason;
    this.wakeAll();
  }

  /**
   * Nothing is to serve here any more: running requests finish, then the memory is freed.
   *
   * @throws what writing that down failed with; what serves goes on then.
   */
  async takeDown(reason: string, caller: Caller, afterwards?: () => Promise<void>): Promise<void> {
    this.giveUp(reason);
    await this.steps.run(async () => {
      try {
        await this.lifecycle.takeDown(reason, caller);
        await afterwards?.();
      } catch (error) {
        this.wanted = this.lifecycle.currentNumber;
        throw error;
      }
    });
    await Promise.all(this.comingUp);
  }

  /** Resolves when what was given up and drained has left. */
  async gone(): Promise<void> {
    await Promise.all(this.comingUp);
    await this.lifecycle.drained();
  }

  /** Resolves when nothing is being loaded or drained, apart from what waits for another attempt. */
  settled(): Promise<void> {
    return this.steps.idle();
  }

  /** Lets running requests finish and frees the model; its state stays in the database. */
  async close(): Promise<void> {
    this.closing = true;
    this.wakeAll();
    await this.steps.add(() => this.lifecycle.suspend());
    await Promise.all(this.comingUp);
  }

  private async track(work: Promise<void>): Promise<void> {
    this.comingUp.add(work);
    try {
      await work;
    } finally {
      this.comingUp.delete(work);
      this.owner.onChange();
    }
  }

  private async attempt(
    revision: RevisionRecord,
    options: Omit<BringUpOptions, 'superseded'>,
  ): Promise<void> {
    const retryInMs = await this.step(revision, options);
    if (retryInMs !== null) await this.later(retryInMs, revision, options);
    // Whoever waits for another attempt of an older revision need not any more.
    else if (this.current) this.wakeAll();
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
        // The database is away, or its disk is full: what it does not know yet must not be forgotten.
        if (error instanceof Unavailable) result.retryInMs = STEP_RETRY_MS;
      }
    });
    this.owner.onChange();
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

  private wakeAll(): void {
    for (const wake of this.sleeping) wake();
  }

  private superseded(revision: RevisionRecord, servedBefore: boolean): string | null {
    if (this.wanted === null) return this.leaveReason;
    const serves = this.lifecycle.currentNumber;
    if (serves !== null && serves > revision.number) return `Replaced by revision ${serves}`;
    // What served before serves until the newer one is ready, and goes on should that fail.
    if (servedBefore || this.wanted <= revision.number) return null;
    return `Replaced by revision ${this.wanted}`;
  }

  private report(error: unknown): void {
    this.owner.logger.error({ err: error, deployment: this.owner.name }, 'a deployment step failed');
  }
}
