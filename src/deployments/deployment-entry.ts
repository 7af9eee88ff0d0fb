import { Unavailable } from '../platform/failures.js';
import type { Logger } from '../platform/logging.js';
import { untilAborted, type AbortSignalLike } from '../platform/until-aborted.js';
import { Admission } from './admission.js';
import type { DeploymentName } from './deployment-events.js';
import { loadFailure } from './load-failure.js';
import type { ModelHandle } from './model-handle.js';
import type { RevisionRole } from './deployment-state.js';
import type { RevisionRecord } from './records.js';
import { RevisionArm } from './revision-arm.js';
import type { BringUpOptions, RevisionLifecycle } from './revision-lifecycle.js';
import type { RevisionStates } from './revision-states.js';
import type { Serving } from './serving.js';
import type { Trial } from './trial.js';
import { chooseArm } from './traffic/choose-arm.js';

/** Which of a deployment's versions a request goes to. */
export interface Route {
  /** Requests of one key go to one version, as far as the weights allow. Null: by chance. */
  readonly routingKey: string | null;
  /** The version that must answer. Null: any. */
  readonly versionId: string | null;
}

export const ANY_ROUTE: Route = { routingKey: null, versionId: null };

type LifecycleFactory = (
  retry: (revision: RevisionRecord, delayMs: number) => void,
  states: RevisionStates,
) => RevisionLifecycle;

/**
 * One deployment while it runs: its primary revision, those beside it, and the requests that are let in to them.
 * Invariant: a request is answered by one arm as a whole, and by one that serves whenever any with traffic does.
 */
export class DeploymentEntry {
  /** What the deployment stands for; replaced as a whole when another arm is promoted. */
  primary: RevisionArm;
  /** Set while the candidate of a migration is watched. */
  trial: Trial | null = null;
  private readonly beside = new Set<RevisionArm>();
  private readonly admission: Admission;
  /** Of the revision that serves; before the first does, of the one on its way. */
  private maxQueue = 1;
  private waiting = new Set<() => void>();

  constructor(
    readonly deployment: DeploymentName,
    /** Writes down what becomes of all its revisions, one change after the other. */
    readonly states: RevisionStates,
    private readonly logger: Logger,
    private readonly lifecycle: LifecycleFactory,
  ) {
    this.admission = new Admission(`Deployment "${deployment.name}"`);
    this.primary = this.newArm('PRIMARY', 100);
  }

  /** Neither serves nor is about to. */
  get empty(): boolean {
    return this.primary.empty && this.beside.size === 0;
  }

  get arms(): readonly RevisionArm[] {
    return [this.primary, ...this.beside];
  }

  /** The arm whose revision has the number, or is about to. */
  arm(revision: number): RevisionArm | null {
    return (
      this.arms.find(({ lifecycle }) => lifecycle.currentNumber === revision) ??
      this.arms.find(({ wanted }) => wanted === revision) ??
      null
    );
  }

  /** Brings up what the deployment is to stand for. */
  bringUp(revision: RevisionRecord, options: Omit<BringUpOptions, 'superseded'> = {}): Promise<void> {
    if (!this.primary.current) this.maxQueue = revision.limits.maxQueue;
    return this.primary.bringUp(revision, options);
  }

  /** Serves a revision that is READY in the database, without loading its model. */
  adopt(revision: RevisionRecord): Promise<void> {
    this.maxQueue = revision.limits.maxQueue;
    return this.primary.adopt(revision);
  }

  /** A new place beside the primary, without a revision yet. */
  addBeside(role: RevisionRole, weight: number): RevisionArm {
    const arm = this.newArm(role, weight);
    this.beside.add(arm);
    return arm;
  }

  /** The arm is the primary from now on; the old primary stays beside it. @returns the old primary. */
  promote(arm: RevisionArm): RevisionArm {
    const old = this.primary;
    this.beside.delete(arm);
    this.beside.add(old);
    this.primary = arm;
    arm.role = 'PRIMARY';
    arm.weight = 100;
    old.weight = 0;
    this.notify();
    return old;
  }

  /** Forgets an arm that has been taken down. */
  forget(arm: RevisionArm): void {
    this.beside.delete(arm);
  }

  /**
   * The right to run what the deployment serves. Waits for what is about to serve, until `signal` ends.
   *
   * @returns null when nothing that the route allows serves, and nothing is on its way.
   * @throws DomainError OVERLOADED; what loading an unloaded model fails with.
   */
  async acquire(signal: AbortSignalLike, route: Route = ANY_ROUTE): Promise<ModelHandle | null> {
    const maxQueue = this.primary.current?.settings.limits.maxQueue ?? this.maxQueue;
    const leave = this.admission.enter(maxQueue);
    let handle: ModelHandle | null = null;
    try {
      handle = await this.serving(signal, leave, route);
    } finally {
      if (!handle) leave();
    }
    return handle;
  }

  /** For a mirrored request: the right to run what the arm serves now, or null. Nobody waits for it. */
  async acquireFrom(arm: RevisionArm, signal: AbortSignalLike): Promise<ModelHandle | null> {
    return (await arm.current?.acquire(signal, () => undefined)) ?? null;
  }

  /** Resolves when nothing is being loaded or drained, apart from what waits for another attempt. */
  async settled(): Promise<void> {
    await Promise.all(this.arms.map((arm) => arm.settled()));
  }

  /** Lets running requests finish and frees the models. */
  async close(): Promise<void> {
    await Promise.all(this.arms.map((arm) => arm.close()));
  }

  /** Something may have changed for those who wait. */
  notify(): void {
    const { waiting } = this;
    this.waiting = new Set();
    for (const wake of waiting) wake();
  }

  private newArm(role: RevisionRole, weight: number): RevisionArm {
    const { name } = this.deployment;
    const owner = { name, logger: this.logger, onChange: () => this.notify() };
    return new RevisionArm(role, weight, owner, (retry) => this.lifecycle(retry, this.states));
  }

  private async serving(
    signal: AbortSignalLike,
    leave: () => void,
    route: Route,
  ): Promise<ModelHandle | null> {
    for (;;) {
      const arm = this.choose(route);
      const current: Serving | null = arm?.current ?? null;
      if (arm && current) {
        try {
          const handle = await current.acquire(signal, leave);
          const { trial } = this;
          return trial === null || route.versionId !== null ? handle : trial.follow(handle, arm);
        } catch (error) {
          // What it failed with is for this request, unless the model as such is gone: then another may be coming.
          if (signal.aborted || arm.current === current || loadFailure(error) instanceof Unavailable)
            throw error;
          continue;
        }
      }
      const coming = this.coming(route);
      if (coming.length === 0) return null;
      refuseBehind(coming);
      await this.changed(signal);
    }
  }

  /** Null while none that the route allows serves. */
  private choose({ routingKey, versionId }: Route): RevisionArm | null {
    if (versionId !== null) return this.pinned(versionId);
    if (this.beside.size === 0) return this.primary;
    // One that is away for a moment must cost nobody an answer while another can give it.
    const able = this.arms.filter(({ weight, current }) => weight > 0 && current !== null);
    const shares = able.map(({ weight, current }) => ({ key: current?.version.id ?? '', weight }));
    if (shares.length > 0) return able[chooseArm(shares, routingKey, Math.random)] ?? null;
    return this.primary.current ? this.primary : null;
  }

  private pinned(versionId: string): RevisionArm | null {
    const serving = this.arms.filter(({ current }) => current?.version.id === versionId);
    return serving.find(({ weight }) => weight > 0) ?? serving[0] ?? null;
  }

  /** Where what the route wants may serve without anybody doing more. */
  private coming({ versionId }: Route): RevisionArm[] {
    return this.arms.filter(
      ({ pending, lifecycle }) =>
        pending &&
        (versionId === null || this.primary.current === null || lifecycle.servedVersionId === versionId),
    );
  }

  private changed(signal: AbortSignalLike): Promise<void> {
    let wake: () => void = () => undefined;
    const change = new Promise<void>((resolve) => (wake = resolve));
    this.waiting.add(wake);
    return untilAborted(change, signal).finally(() => this.waiting.delete(wake));
  }
}

/** @throws what stands in the way of all of them: nobody knows how long it will */
function refuseBehind(arms: readonly RevisionArm[]): void {
  const obstacles = arms.map(({ lifecycle }) => lifecycle.obstacle);
  const [first] = obstacles;
  if (first && obstacles.every((obstacle) => obstacle !== null)) throw first();
}
