import type { VersionRecord } from '../../catalog/index.js';
import type { Transaction } from '../../platform/database/index.js';
import { DomainError } from '../../platform/errors.js';
import type { NewEvent } from '../../platform/events/index.js';
import type { Logger } from '../../platform/logging.js';
import type { Caller } from '../../security/index.js';
import type { DeploymentEntry } from '../deployment-entry.js';
import { because, SYSTEM } from '../deployment-events.js';
import type { DeploymentStore } from '../deployment-store.js';
import type { GuardReport } from '../guards/index.js';
import type { Rearranger, Rearrangement } from '../rearrangement.js';
import type { RevisionArm } from '../revision-arm.js';
import { StepQueue } from '../step-queue.js';
import { Trial } from '../trial.js';
import { migrationChanged, type MigrationEventKind } from './migration-events.js';
import {
  FOR_APPROVAL,
  nextAction,
  type MigrationAction,
  type MigrationSnapshot,
} from './migration-policy.js';
import type { MigrationChange, MigrationStore } from './migration-store.js';
import { isOpen, type EndState, type MigrationRecord, type OpenState } from './records.js';
import { Watch } from './watch.js';

/** How often a migration is looked at; a guard's verdict is this late at most. */
const TICK_MS = 250;
const RETRY_MS = 1_000;

/** What is seen of a migration that is under way, beyond what is written down. */
export interface MigrationProgress {
  readonly waitsFor: string | null;
  readonly guards: readonly GuardReport[];
  readonly base: { readonly requests: number; readonly failures: number } | null;
  readonly candidate: { readonly requests: number; readonly failures: number } | null;
  readonly compared: number;
}

export interface RunSubject {
  readonly entry: DeploymentEntry;
  readonly candidate: RevisionArm;
  readonly from: VersionRecord;
  readonly to: VersionRecord;
}

/**
 * Carries one migration through: looks at it again and again, asks the policy what to do, and does that. Invariant: each
 * change of the traffic, the migration's own state and its event are one transaction, so that a restart finds it in the
 * step it was in.
 */
export class MigrationRun {
  /** When it first comes to rest: in a step, at an approval, or at its end. */
  readonly rested: Promise<void>;
  private readonly turns: StepQueue;
  private rest: () => void = () => undefined;
  private timer: NodeJS.Timeout | undefined;
  private trial: Trial | null = null;
  private watch: Watch | null = null;
  private reports: readonly GuardReport[];
  private waitsFor: string | null = null;
  private closed = false;

  constructor(
    private record: MigrationRecord,
    private readonly subject: RunSubject,
    private readonly deps: {
      readonly store: DeploymentStore;
      readonly migrations: MigrationStore;
      readonly rearranger: Rearranger;
      readonly logger: Logger;
      readonly onEnd: () => void;
    },
  ) {
    this.rested = new Promise((resolve) => (this.rest = resolve));
    this.turns = new StepQueue((error) => this.report(error));
    this.reports = record.guards;
  }

  get migration(): MigrationRecord {
    return this.record;
  }

  get to(): VersionRecord {
    return this.subject.to;
  }

  get progress(): MigrationProgress {
    const { base, candidate, comparison } = this.watch?.observed ?? {};
    return {
      waitsFor: this.waitsFor,
      guards: this.reports,
      base: base ? { requests: base.requests, failures: base.failures } : null,
      candidate: candidate ? { requests: candidate.requests, failures: candidate.failures } : null,
      compared: comparison?.compared ?? 0,
    };
  }

  /** Begins, or goes on after a restart in the step it was in; what was seen in that step is seen anew. */
  begin(): void {
    if (this.record.step !== null) this.observe(this.record.step);
    if (this.record.state !== 'LOADING' && this.record.state !== 'RUNNING') this.rest();
    this.poke();
  }

  /** Looks at it now. */
  poke(): void {
    clearTimeout(this.timer);
    void this.turns.add(() => this.look());
  }

  /** @throws DomainError MIGRATION_NOT_FOUND when it has ended meanwhile. */
  pause(caller: Caller, reason: string | null): Promise<void> {
    return this.inTurn(async (state) => {
      if (state === 'PAUSED') return;
      await this.move('MIGRATION_PAUSED', { state: 'PAUSED', resumesIn: state }, reason, caller);
    });
  }

  /** Goes on with one that is paused; one that holds for approval is approved. @throws DomainError MIGRATION_NOT_PAUSED */
  resume(caller: Caller, reason: string | null): Promise<void> {
    return this.inTurn(async (state) => {
      if (state === 'AWAITING_APPROVAL') {
        if (!(await this.promote(caller, reason))) {
          throw new DomainError(
            'DEPLOYMENT_NOT_READY',
            `The new version, ${this.to.ref}, is being loaded again. Approve it when it is back.`,
            { field: ['deployment'] },
          );
        }
        return;
      }
      if (state !== 'PAUSED') {
        throw new DomainError(
          'MIGRATION_NOT_PAUSED',
          `Expected a migration that is paused or awaits approval, got one that is ${state}. It goes on by itself.`,
          { field: ['deployment'] },
        );
      }
      const resumed = this.record.resumesIn ?? 'RUNNING';
      await this.move('MIGRATION_RESUMED', { state: resumed, resumesIn: null }, reason, caller);
    }).finally(() => this.poke());
  }

  abort(caller: Caller, reason: string | null): Promise<void> {
    return this.inTurn(() => this.end('ABORTED', reason, caller));
  }

  /** Stops looking; the migration goes on after the next start. */
  async close(): Promise<void> {
    this.closed = true;
    clearTimeout(this.timer);
    await this.turns.idle();
  }

  private async look(): Promise<void> {
    const { state } = this.record;
    if (!this.isLive() || !isOpen(state)) return;
    let nextMs = RETRY_MS;
    try {
      await this.act(nextAction(this.record.plan, await this.snapshot(state)));
      nextMs = TICK_MS;
    } finally {
      if (this.isLive()) this.timer = setTimeout(() => this.poke(), nextMs).unref();
    }
  }

  private isLive(): boolean {
    return !this.closed && isOpen(this.record.state);
  }

  private async snapshot(state: OpenState): Promise<MigrationSnapshot> {
    const { candidate, entry } = this.subject;
    const coming = candidate.current ? 'SERVING' : candidate.pending ? 'COMING' : 'FAILED';
    const failure =
      coming === 'FAILED'
        ? ((await this.deps.store.revision(entry.deployment.id, this.record.toRevision))?.stateReason ?? null)
        : null;
    this.reports = this.watch?.judge() ?? this.reports;
    return {
      state,
      step: this.record.step,
      candidate: coming,
      failure,
      elapsedMs: this.watch?.elapsedMs ?? 0,
      candidateRequests: this.watch?.observed.candidate.requests ?? 0,
      guards: this.reports,
    };
  }

  private async act(action: MigrationAction): Promise<void> {
    this.waitsFor = action.kind === 'WAIT' ? action.for : null;
    switch (action.kind) {
      case 'WAIT':
        return;
      case 'ENTER':
        return this.enter(action.step);
      case 'HOLD':
        await this.move('MIGRATION_HELD', { state: 'AWAITING_APPROVAL' }, null, SYSTEM);
        this.waitsFor = FOR_APPROVAL;
        this.rest();
        return;
      case 'PROMOTE':
        await this.promote(SYSTEM, null);
        return;
      case 'ROLL_BACK':
        return this.end('ROLLED_BACK', action.reason, SYSTEM);
      case 'FAIL':
        return this.end('FAILED', action.reason, SYSTEM);
    }
  }

  private async enter(step: number): Promise<void> {
    const weight = this.record.plan.steps[step]?.weight ?? 0;
    const periods = this.record.periods + 1;
    const change = { state: 'RUNNING', step, stepAt: new Date(), periods } as const;
    await this.rearrange('MIGRATION_ADVANCED', change, null, {
      caller: SYSTEM,
      weights: new Map([
        [this.subject.entry.primary, 100 - weight],
        [this.subject.candidate, weight],
      ]),
    });
    this.observe(step);
    this.rest();
  }

  /** @returns false when the candidate does not serve at the moment. */
  private promote(caller: Caller, reason: string | null): Promise<boolean> {
    const change = { state: 'SUCCEEDED', endedAt: new Date(), resumesIn: null } as const;
    return this.rearrange('MIGRATION_SUCCEEDED', change, reason, {
      caller,
      promote: this.subject.candidate,
      keepWarmMs: this.record.plan.keepWarmMs,
    });
  }

  private async end(
    state: Exclude<EndState, 'SUCCEEDED'>,
    reason: string | null,
    caller: Caller,
  ): Promise<void> {
    const { entry, candidate, to } = this.subject;
    const what = { ROLLED_BACK: 'rolled back', ABORTED: 'aborted', FAILED: 'failed' }[state];
    await this.rearrange(
      `MIGRATION_${state}`,
      { state, stateReason: reason, endedAt: new Date(), resumesIn: null },
      reason,
      {
        caller,
        weights: new Map([[entry.primary, 100]]),
        leaving: [candidate],
        leaveReason: `The migration to ${to.ref} was ${what}${because(reason)}`,
      },
    );
  }

  /** From now on the candidate is watched, as one in this step. */
  private observe(step: number): void {
    const { entry, candidate } = this.subject;
    const { weight = 0, mirrorShare = 0 } = this.record.plan.steps[step] ?? {};
    // A candidate without traffic of its own is asked what the others are; one with traffic is checked against them.
    const mirrored = weight > 0 ? { BASE: 0, CANDIDATE: mirrorShare } : { BASE: mirrorShare, CANDIDATE: 0 };
    const acquireFrom: DeploymentEntry['acquireFrom'] = (arm, signal) => entry.acquireFrom(arm, signal);
    const sides = { base: entry.primary, candidate, mirrored, acquireFrom };
    const { plan, periods } = this.record;
    this.trial = new Trial(sides, plan.guards);
    this.watch = new Watch(this.trial.observed, plan.guards, periods);
    entry.trial = this.trial;
  }

  private async move(
    kind: MigrationEventKind,
    change: MigrationChange,
    reason: string | null,
    caller: Caller,
  ): Promise<void> {
    await this.rearrange(kind, change, reason, { caller });
  }

  /** The migration's own change, its event and what happens to the traffic, in one transaction. */
  private async rearrange(
    kind: MigrationEventKind,
    change: MigrationChange,
    reason: string | null,
    traffic: Omit<Rearrangement, 'also'>,
  ): Promise<boolean> {
    const { entry, from, to } = this.subject;
    const { migrations, rearranger, onEnd } = this.deps;
    const changed: { record: MigrationRecord | null } = { record: null };
    const also = async (tx: Transaction): Promise<NewEvent[]> => {
      const written = { stateReason: reason, ...change, guards: this.reports };
      const migration = await migrations.change(tx, this.record, written);
      changed.record = migration;
      const { caller } = traffic;
      return [migrationChanged({ kind, deployment: entry.deployment, migration, from, to, reason, caller })];
    };
    const done = await rearranger.rearrange(entry, { ...traffic, also });
    if (!done || !changed.record) return false;
    this.record = changed.record;
    if (!isOpen(this.record.state)) {
      if (entry.trial === this.trial) entry.trial = null;
      clearTimeout(this.timer);
      this.rest();
      onEnd();
    }
    return true;
  }

  /** Runs `work` between two looks; its errors are the caller's. */
  private inTurn(work: (state: OpenState) => Promise<void>): Promise<void> {
    return this.turns.run(async () => {
      const { state } = this.record;
      if (!isOpen(state)) {
        throw new DomainError(
          'MIGRATION_NOT_FOUND',
          `Expected a migration that is under way, got one that is ${state}. Begin another with migrateDeployment.`,
          { field: ['deployment'] },
        );
      }
      await work(state);
    });
  }

  private report(error: unknown): void {
    const { entry, to } = this.subject;
    this.deps.logger.error(
      { err: error, deployment: entry.deployment.name, version: to.ref },
      'a migration step failed',
    );
  }
}
