import type { CatalogService, VersionRecord } from '../catalog/index.js';
import type { Transaction } from '../platform/database/index.js';
import { DomainError } from '../platform/errors.js';
import type { NewEvent } from '../platform/events/index.js';
import type { Caller } from '../security/index.js';
import { ActionPerformer, changesRows } from './action-performer.js';
import { Admission } from './routing/admission.js';
import { SYSTEM } from './deployment-events.js';
import { moved, servingPrimary, type Desired } from './desired/desired.js';
import { DesiredReader, NOTHING_DESIRED } from './desired/desired-reader.js';
import type { DesiredStore } from './desired/desired-store.js';
import type { MeasuredQualities } from './guards/index.js';
import type { HarnessDependencies } from './harness/harness.js';
import { HarnessSet } from './harness/harness-set.js';
import type { MigrationStarter } from './migrations/migration-starter.js';
import type { MigrationStore } from './migrations/migration-store.js';
import { MigrationWatch, type MigrationProgress } from './migrations/migration-watch.js';
import { plan } from './plan/plan.js';
import type { Action, MigrationStep, Observed, Occasion } from './plan/plan-types.js';
import { RearrangementOutcomes } from './desired/rearrangement-outcomes.js';
import { withinLimit } from '../platform/within-limit.js';
import type { RevisionRecord } from './records.js';
import type { Router } from './routing/router.js';
import { routesOf } from './routing/routes-of.js';
import { RowWriter } from './desired/row-writer.js';
import { serves } from './harness/harness-phase.js';
import type { Seat, Subject } from './harness/seat.js';
import { Turns } from '../platform/turns.js';

/** How soon it is looked again when the database did not let something through. */
const RETRY_MS = 1_000;
/** What is being written when it closes has this long. */
const CLOSING_MS = 3_000;
/** A time that setTimeout can count. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

export interface ReconcilerDependencies extends HarnessDependencies {
  readonly catalog: CatalogService;
  readonly store: DesiredStore;
  readonly migrations: MigrationStore;
  readonly starter: MigrationStarter;
  readonly router: Router;
  readonly qualities: Pick<MeasuredQualities, 'of'>;
}

/**
 * Makes one deployment what its rows say, one thing after the other: reads them, looks at what is in memory, asks `plan`, does
 * that, and looks again. Whoever changes the rows does so in a turn between two looks.
 */
export class Reconciler implements Seat {
  readonly outcomes: RearrangementOutcomes;
  desired: Desired = NOTHING_DESIRED;
  private deployment: Seat['identity'] | null = null;
  private readonly reader: DesiredReader;
  private readonly harnesses: HarnessSet;
  private readonly performer: ActionPerformer;
  private readonly admission: Admission;
  private readonly watch: MigrationWatch;
  private readonly waiting = new Set<{ readonly isOver: () => boolean; readonly end: () => void }>();
  /** The alias it follows may have moved while nobody saw it. */
  private owed: Occasion | null = { caller: SYSTEM, reason: null, isStart: true };
  private waitsFor: string | null = null;
  private readonly turns = new Turns();
  private timer: NodeJS.Timeout | undefined;
  /** The rows are not what was read last. */
  private isStale = true;
  private isPoked = false;
  private isClosed = false;

  /** @param why what should run is not in memory after a start */
  constructor(
    readonly name: string,
    private readonly why: string,
    private readonly deps: ReconcilerDependencies,
  ) {
    this.outcomes = new RearrangementOutcomes(name);
    this.reader = new DesiredReader(name, deps);
    this.admission = new Admission(`Deployment "${name}"`);
    this.watch = new MigrationWatch(deps.router, name, deps.qualities);
    this.harnesses = new HarnessSet(deps, () => {
      this.publish();
      this.poke();
    });
    const { harnesses, watch, outcomes } = this;
    this.performer = new ActionPerformer({ harnesses, watch, outcomes }, deps);
  }

  get identity(): Seat['identity'] {
    if (!this.deployment) throw new DomainError('INTERNAL', `There is no deployment "${this.name}" yet.`);
    return this.deployment;
  }

  get subject(): Subject | null {
    const revision = servingPrimary(this.desired.revisions);
    return revision && this.serves(revision) ? { revision, version: this.versionOf(revision) } : null;
  }

  get writer(): RowWriter {
    return new RowWriter(this.identity, (id) => this.reader.versionOf(id), this.deps);
  }

  get owesNothing(): boolean {
    return this.owed === null;
  }

  /** Nothing runs, is to run, or has to be remembered. */
  get isIdle(): boolean {
    const { revisions, following } = this.desired;
    const holds = this.harnesses.all.size + this.waiting.size + this.turns.ahead;
    const isOver = revisions.every(({ state }) => state === 'FAILED');
    return holds === 0 && isOver && !this.isStale && (this.owed === null || following === null);
  }

  versionOf({ versionId }: RevisionRecord): VersionRecord {
    return this.reader.versionOf(versionId);
  }

  serves(revision: RevisionRecord): boolean {
    return serves(this.harnesses.all, revision);
  }

  /** Part of a transaction: a change of the migration that a person makes. */
  writeStep(tx: Transaction, step: MigrationStep): Promise<NewEvent[]> {
    return this.performer.migrate(tx, this, step);
  }

  onBehalfOf(revisionId: string, caller: Caller): void {
    this.performer.callers.set(revisionId, caller);
  }

  progressOf(migrationId: string): MigrationProgress | null {
    const { migration } = this.desired;
    return migration?.id === migrationId ? this.watch.progressOf(migration, this.waitsFor) : null;
  }

  /** The first look. @throws DomainError when the rows cannot be read */
  start(): Promise<void> {
    return this.turns.run(async () => {
      await this.read();
      await this.look();
    });
  }

  /** Runs `work`, which changes the rows in one transaction, between two looks; then looks. */
  change<T>(work: () => Promise<T>): Promise<T> {
    return this.turns.run(async () => {
      try {
        if (this.isStale) await this.read();
        return await work();
      } finally {
        this.isStale = true;
        await this.look();
      }
    });
  }

  /** It is to go where the alias points that it follows. */
  owe(occasion: Occasion): void {
    this.owed = occasion;
    this.isStale = true;
    this.poke();
  }

  /** Resolves when it is so, or when the process ends. */
  until(isOver: () => boolean): Promise<void> {
    if (this.isClosed) return Promise.resolve();
    return new Promise((end) => {
      this.waiting.add({ isOver, end });
      this.poke();
    });
  }

  /** Resolves when what has happened so far is written down, or could not be. */
  written(): Promise<void> {
    return this.turns.flushed();
  }

  /** Resolves when nothing is being loaded, apart from what waits for another attempt. */
  async settled(): Promise<void> {
    await this.turns.idle();
    if (this.harnesses.isLoading) await this.until(() => !this.harnesses.isLoading);
  }

  /** Lets running requests finish and frees the models. What was READY stays so in the database. */
  async close(): Promise<void> {
    this.isClosed = true;
    clearTimeout(this.timer);
    for (const { end } of this.waiting) end();
    this.waiting.clear();
    this.outcomes.close();
    // A database that is away may hold up what is being written: the models are freed all the same.
    await withinLimit(this.turns.idle(), CLOSING_MS, () => new Error('still writing')).catch(() => undefined);
    this.deps.router.swap(this.name, null);
    await this.harnesses.close();
  }

  private poke(): void {
    if (this.isPoked || this.isClosed) return;
    this.isPoked = true;
    void this.turns.run(() => this.look());
  }

  /** Until there is nothing to do. Never rejects. */
  private async look(): Promise<void> {
    this.isPoked = false;
    clearTimeout(this.timer);
    while (!this.isClosed) {
      const next = await this.step().catch((error: unknown) => {
        this.report(error);
        return RETRY_MS;
      });
      if (next === 'AT_ONCE') continue;
      if (next === null) return;
      this.timer = setTimeout(() => this.poke(), Math.min(LONGEST_TIMER_MS, Math.ceil(next))).unref();
      return;
    }
  }

  /** @returns in how many milliseconds to look again; null: when something is heard */
  private async step(): Promise<'AT_ONCE' | number | null> {
    if (this.isStale) await this.read();
    const { actions, wakeInMs, waitsFor } = plan(this.desired, this.observed(), Date.now());
    this.waitsFor = waitsFor;
    this.tell();
    let failures = 0;
    for (const action of actions) {
      try {
        // What else was planned was planned for other rows.
        if (await this.perform(action)) return 'AT_ONCE';
      } catch (error) {
        this.report(error);
        this.isStale = true;
        failures += 1;
      }
    }
    if (failures > 0) return RETRY_MS;
    return actions.length === 0 ? wakeInMs : 'AT_ONCE';
  }

  private async read(): Promise<void> {
    const { deployment, desired } = await this.reader.read(this.owed !== null);
    this.deployment = deployment;
    this.desired = desired;
    this.isStale = false;
    this.harnesses.keepOnly(desired.revisions);
    this.performer.callers.keepOnly(desired.revisions);
    this.outcomes.pending(desired.rearrangement?.id);
    this.publish();
  }

  private observed(): Observed {
    const trial = this.watch.look(this.desired.migration);
    return { harnesses: this.harnesses.views, trial, owed: this.owed, why: this.why };
  }

  /** Requests go by what is so now. */
  private publish(): void {
    if (this.isClosed) return;
    const { admission, desired, harnesses, name } = this;
    const trial = desired.migration ? this.watch.trial : null;
    this.deps.router.swap(name, routesOf(name, desired, harnesses, { admission, trial }));
  }

  private tell(): void {
    for (const waiter of this.waiting) {
      if (!waiter.isOver()) continue;
      this.waiting.delete(waiter);
      waiter.end();
    }
  }

  /** @returns whether rows were changed */
  private async perform(action: Action): Promise<boolean> {
    const { owed, performer } = this;
    const writes = changesRows(action);
    if (writes) this.isStale = true;
    if (action.kind === 'FOLLOW' || action.kind === 'FOLLOWED') {
      if (owed) await performer.follow(this, action, owed);
      // It may have moved on meanwhile.
      if (this.owed === owed) this.owed = null;
      return true;
    }
    await performer.perform(this, action);
    // Whoever has read that it serves is let in.
    this.desired = { ...this.desired, revisions: moved(this.desired.revisions, action.moves) };
    this.publish();
    return writes;
  }

  private report(error: unknown): void {
    this.deps.logger.error(
      { err: error, deployment: this.name },
      'a deployment could not be brought forward',
    );
  }
}
