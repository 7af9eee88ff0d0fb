import { isDeepStrictEqual } from 'node:util';
import type { VersionRecord } from '../catalog/index.js';
import type { Transaction } from '../platform/database/index.js';
import type { EventLog, NewEvent } from '../platform/events/index.js';
import type { Logger } from '../platform/logging.js';
import type { Caller } from '../security/index.js';
import type { DeploymentEntry } from './deployment-entry.js';
import { stateChanged, SYSTEM } from './deployment-events.js';
import type { DeploymentStore } from './deployment-store.js';
import type { RevisionRole } from './deployment-state.js';
import type { DeploymentSettings, RevisionRecord } from './records.js';
import type { RevisionArm } from './revision-arm.js';
import { replacedBy } from './revision-states.js';
import { settingsOf } from './stored-settings.js';

const WARM = 'Its model was kept warm';
/** A time that setTimeout can count. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

export interface Rearrangement {
  readonly caller: Caller;
  /** New shares of the traffic; arms that are not named keep theirs. */
  readonly weights?: ReadonlyMap<RevisionArm, number>;
  /** Becomes the primary, with all the traffic unless `weights` says otherwise. Must serve. */
  readonly promote?: RevisionArm;
  /** For a rollback: what one more step goes back to; else the old primary. */
  readonly previous?: number | null;
  /** How long the old primary is kept in memory without traffic; 0, or left out: it is drained at once. */
  readonly keepWarmMs?: number;
  /** Take no new requests and leave memory when the last ones are answered. */
  readonly leaving?: readonly RevisionArm[];
  readonly leaveReason?: string;
  /** What else belongs to it, in the same transaction. */
  readonly also?: (tx: Transaction) => Promise<NewEvent[]>;
}

/** A revision to be made for a deployment that serves already. */
export interface AddedRevision {
  readonly version: VersionRecord;
  readonly settings: DeploymentSettings;
  /** Why, as whoever asks for it says. */
  readonly reason: string | null;
  /** What else belongs to it, in the same transaction. */
  readonly also?: (tx: Transaction, revision: RevisionRecord) => Promise<NewEvent[]>;
}

export interface Addition {
  readonly arm: RevisionArm;
  readonly revision: RevisionRecord;
  /** It serves already. */
  readonly warm: boolean;
}

/**
 * Changes of several revisions of one deployment at once: who gets which share of the requests, which one is the primary,
 * which ones leave. Each is one transaction, and what is in memory follows it: a reader, or a restart, meets the old
 * arrangement or the new one.
 */
export class Rearranger {
  private readonly timers = new Map<RevisionArm, NodeJS.Timeout>();

  constructor(
    private readonly store: DeploymentStore,
    private readonly events: EventLog,
    private readonly logger: Logger,
  ) {}

  /** @returns false, having changed nothing, when what is to be promoted does not serve at the moment. */
  rearrange(entry: DeploymentEntry, change: Rearrangement): Promise<boolean> {
    return entry.states.inTurn(async () => {
      const { promote, keepWarmMs = 0, caller } = change;
      if (promote && !promote.lifecycle.subject) return false;
      const old = promote && promote !== entry.primary ? entry.primary : null;
      const standbyUntil =
        old?.lifecycle.subject && keepWarmMs > 0 ? new Date(Date.now() + keepWarmMs) : null;
      const reasonOfOld = promote?.lifecycle.subject ? replacedBy(promote.lifecycle.subject.revision) : '';
      const leaving = new Map((change.leaving ?? []).map((arm) => [arm, change.leaveReason ?? '']));
      if (old && !standbyUntil && !change.weights?.get(old)) leaving.set(old, reasonOfOld);

      await this.events.transaction(async (tx) => {
        const events: NewEvent[] = [];
        for (const [arm, reason] of leaving) {
          const subject = arm.lifecycle.subject;
          if (!subject) continue;
          await this.store.place(tx, subject.revision.id, { weight: 0 });
          events.push(await entry.states.apply(tx, subject, 'DRAINING', reason, caller));
        }
        if (old) await this.demote(tx, old, change.weights?.get(old) ?? 0, standbyUntil);
        if (promote) await this.promote(tx, entry, promote, change);
        for (const [arm, weight] of change.weights ?? []) {
          const subject = arm.lifecycle.subject;
          if (subject) await this.store.place(tx, subject.revision.id, { weight });
        }
        events.push(...((await change.also?.(tx)) ?? []));
        return { result: undefined, events };
      });

      if (promote && old) entry.promote(promote);
      if (old) old.role = change.weights?.get(old) ? 'CANDIDATE' : 'STANDBY';
      for (const [arm, weight] of change.weights ?? []) arm.weight = weight;
      if (old && standbyUntil) this.keepUntil(entry, old, standbyUntil);
      for (const [arm, reason] of leaving) this.letGo(entry, arm, reason, caller);
      entry.notify();
      return true;
    });
  }

  /**
   * A new revision beside the primary. With a model that was kept warm it is READY at once, and the revision that held the
   * model ends; without one it has still to be brought up.
   */
  async add(entry: DeploymentEntry, caller: Caller, wanted: AddedRevision): Promise<Addition> {
    return (await this.addWarm(entry, caller, wanted)) ?? (await this.addCold(entry, caller, wanted));
  }

  private async addCold(entry: DeploymentEntry, caller: Caller, wanted: AddedRevision): Promise<Addition> {
    const revision = await this.events.transaction(async (tx) => this.addRevision(tx, entry, caller, wanted));
    return { arm: entry.addBeside('CANDIDATE', 0), revision, warm: false };
  }

  /** @returns null, having changed nothing, when no such model is there. */
  private addWarm(entry: DeploymentEntry, caller: Caller, wanted: AddedRevision): Promise<Addition | null> {
    const { version, settings } = wanted;
    return entry.states.inTurn(async () => {
      const arm = entry.arms.find(({ role, lifecycle: { subject } }) => {
        if (role !== 'STANDBY' || subject?.version.id !== version.id) return false;
        return isDeepStrictEqual(settingsOf(subject.revision), settings);
      });
      const held = arm?.lifecycle.subject;
      if (!arm || !held) return null;
      const { number } = held.revision;
      const revision = await this.events.transaction(async (tx) => {
        const { result: added, events: first } = await this.addRevision(tx, entry, caller, wanted);
        const goesOn = `Goes on as revision ${added.number}`;
        const events = [
          ...first,
          await entry.states.apply(tx, held, 'DRAINING', goesOn, caller),
          await entry.states.apply(tx, held, 'STOPPED', goesOn, caller),
          await entry.states.apply(
            tx,
            { revision: added, version },
            'READY',
            `${WARM} by revision ${number}`,
            caller,
          ),
        ];
        return { result: added, events };
      });
      this.forgetTimer(arm);
      arm.lifecycle.goOnAs(revision);
      arm.wanted = revision.number;
      arm.role = 'CANDIDATE';
      arm.weight = 0;
      return { arm, revision, warm: true };
    });
  }

  /** When the time is over, a standby leaves memory. */
  keepUntil(entry: DeploymentEntry, arm: RevisionArm, until: Date): void {
    this.forgetTimer(arm);
    const ms = Math.min(LONGEST_TIMER_MS, Math.max(0, until.getTime() - Date.now()));
    const timer = setTimeout(() => {
      this.timers.delete(arm);
      if (arm.role !== 'STANDBY') return;
      this.rearrange(entry, { caller: SYSTEM, leaving: [arm], leaveReason: 'Kept warm until now' }).catch(
        (error: unknown) => {
          this.logger.warn(
            { err: error, deployment: entry.deployment.name },
            'a standby could not be let go',
          );
          this.keepUntil(entry, arm, new Date(Date.now() + 10_000));
        },
      );
    }, ms).unref();
    this.timers.set(arm, timer);
  }

  close(): void {
    for (const timer of this.timers.values()) clearTimeout(timer);
    this.timers.clear();
  }

  private letGo(entry: DeploymentEntry, arm: RevisionArm, reason: string, caller: Caller): void {
    this.forgetTimer(arm);
    arm.giveUp(reason);
    arm.lifecycle.drainOut(reason, caller);
    void arm.gone().finally(() => entry.forget(arm));
  }

  private forgetTimer(arm: RevisionArm): void {
    clearTimeout(this.timers.get(arm));
    this.timers.delete(arm);
  }

  private async demote(
    tx: Transaction,
    old: RevisionArm,
    weight: number,
    standbyUntil: Date | null,
  ): Promise<void> {
    const subject = old.lifecycle.subject;
    if (!subject) return;
    const role: RevisionRole = weight > 0 ? 'CANDIDATE' : 'STANDBY';
    await this.store.place(tx, subject.revision.id, { role, weight, standbyUntil });
  }

  private async promote(
    tx: Transaction,
    entry: DeploymentEntry,
    arm: RevisionArm,
    { previous }: Rearrangement,
  ): Promise<void> {
    const subject = arm.lifecycle.subject;
    if (!subject) return;
    const before = previous === undefined ? (entry.primary.lifecycle.currentNumber ?? null) : previous;
    await this.store.place(tx, subject.revision.id, { role: 'PRIMARY', weight: 100, standbyUntil: null });
    if (arm !== entry.primary)
      await this.store.markServing(tx, subject.revision.id, before, { exactly: previous !== undefined });
  }

  private async addRevision(
    tx: Transaction,
    { deployment }: DeploymentEntry,
    caller: Caller,
    { version, settings, reason, also }: AddedRevision,
  ): Promise<{ result: RevisionRecord; events: NewEvent[] }> {
    const { revision } = await this.store.addRevision(tx, {
      name: deployment.name,
      modelId: version.modelId,
      versionId: version.id,
      settings,
      actor: caller.actor,
      reason,
      role: 'CANDIDATE',
      weight: 0,
    });
    const pending = stateChanged({
      deployment,
      revision: revision.number,
      version,
      from: null,
      to: 'PENDING',
      reason,
      caller,
    });
    return { result: revision, events: [pending, ...((await also?.(tx, revision)) ?? [])] };
  }
}
