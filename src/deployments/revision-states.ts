import type { VersionRecord } from '../catalog/index.js';
import type { Transaction } from '../platform/database/index.js';
import type { EventLog, NewEvent } from '../platform/events/index.js';
import type { Caller } from '../security/index.js';
import { stateChanged, SYSTEM, type DeploymentName } from './deployment-events.js';
import type { DeploymentState } from './deployment-state.js';
import type { DeploymentStore } from './deployment-store.js';
import type { RevisionRecord } from './records.js';

/** A revision with its version, which every event about it names. */
export interface Subject {
  readonly revision: RevisionRecord;
  readonly version: VersionRecord;
}

/**
 * Writes down what becomes of one deployment's revisions, each change with its event. One change after the other: the
 * loss of a runner comes when it will, also in the middle of a switch.
 */
export class RevisionStates {
  private last: Promise<unknown> = Promise.resolve();

  constructor(
    private readonly deployment: DeploymentName,
    private readonly deps: { readonly store: DeploymentStore; readonly events: EventLog },
  ) {}

  move(subject: Subject, to: DeploymentState, reason: string | null, caller: Caller): Promise<void> {
    return this.inTurn(() => this.change(subject, to, reason, caller));
  }

  /**
   * READY → DRAINING, for what serves.
   *
   * @param leaving asked for at that moment; it may have been lost since
   * @param done runs after the commit and before any other change
   */
  drain(
    leaving: () => Subject | null,
    options: { readonly reason: string; readonly caller: Caller; readonly done: () => void },
  ): Promise<void> {
    return this.inTurn(async () => {
      const subject = leaving();
      if (!subject) return;
      await this.change(subject, 'DRAINING', options.reason, options.caller);
      options.done();
    });
  }

  /** READY → `to`, unless a switch that was under way has taken the revision down already. */
  leaveReady(subject: Subject, to: 'PENDING' | 'FAILED', reason: string): Promise<void> {
    return this.inTurn(async () => {
      if ((await this.deps.store.stateOf(subject.revision.id)) !== 'READY') return;
      await this.change(subject, to, reason, SYSTEM);
    });
  }

  /** A loss, or a step, that could not be written down left the row behind what is so. */
  backToPending(subject: Subject): Promise<void> {
    return this.inTurn(async () => {
      const state = await this.deps.store.stateOf(subject.revision.id);
      if (state !== 'LOADING' && state !== 'WARMING' && state !== 'READY') return;
      await this.change(subject, 'PENDING', 'It is not in memory. Loading it again.', SYSTEM);
    });
  }

  /**
   * The previous revision drains and the next one is READY, in one transaction: at no moment do two serve, or none.
   *
   * @param previous asked for at the moment of the switch; it may have been lost since
   * @param done runs after the commit and before any other change
   */
  switchTo(
    next: Subject,
    options: {
      readonly previous: () => Subject | null;
      readonly note: string | null;
      readonly caller: Caller;
      readonly restarted: () => NewEvent[];
      readonly done: () => void;
    },
  ): Promise<void> {
    const { note, caller } = options;
    return this.inTurn(async () => {
      const previous = options.previous();
      const restarted = options.restarted();
      await this.deps.events.transaction(async (tx) => {
        const events: NewEvent[] = [];
        if (previous)
          events.push(await this.apply(tx, previous, 'DRAINING', replacedBy(next.revision), caller));
        events.push(await this.apply(tx, next, 'READY', note, caller), ...restarted);
        if (next.revision.role === 'PRIMARY')
          await this.deps.store.markServing(tx, next.revision.id, previous?.revision.number ?? null);
        return { result: undefined, events };
      });
      options.done();
    });
  }

  /** Resolves when everything asked for so far is written down, or could not be. */
  async idle(): Promise<void> {
    await this.last;
  }

  /** For a change of several revisions at once: nothing else about the deployment changes meanwhile. */
  inTurn<T>(work: () => Promise<T>): Promise<T> {
    const done = this.last.then(work);
    this.last = done.catch(() => undefined);
    return done;
  }

  private async change(
    subject: Subject,
    to: DeploymentState,
    reason: string | null,
    caller: Caller,
  ): Promise<void> {
    await this.deps.events.transaction(async (tx) => ({
      result: undefined,
      events: [await this.apply(tx, subject, to, reason, caller)],
    }));
  }

  /** Part of a transaction of `inTurn`. @returns the event to append. */
  async apply(
    tx: Transaction,
    { revision, version }: Subject,
    to: DeploymentState,
    reason: string | null,
    caller: Caller,
  ): Promise<NewEvent> {
    const from = await this.deps.store.transition(tx, revision.id, to, reason);
    const { deployment } = this;
    return stateChanged({ deployment, revision: revision.number, version, from, to, reason, caller });
  }
}

export function replacedBy({ number }: RevisionRecord): string {
  return `Replaced by revision ${number}`;
}
