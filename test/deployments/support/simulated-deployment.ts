import { setImmediate } from 'node:timers/promises';
import { departure } from '../../../src/deployments/desired/arrangement.js';
import { Backoff } from '../../../src/deployments/backoff.js';
import { DEFAULT_SETTINGS } from '../../../src/deployments/settings/default-settings.js';
import { SYSTEM } from '../../../src/deployments/deployment-events.js';
import { assertTransition, trafficShares } from '../../../src/deployments/deployment-state.js';
import {
  isAlive,
  servingPrimary,
  type Desired,
  type Move,
  type OpenMigration,
  type PendingRearrangement,
} from '../../../src/deployments/desired/desired.js';
import { DEFAULT_GUARDS } from '../../../src/deployments/guards/index.js';
import { HARNESS_TRANSITIONS, type HarnessPhase } from '../../../src/deployments/harness/harness-phase.js';
import { loadFailure, type LoadFailure } from '../../../src/deployments/harness/load-failure.js';
import { MemoryBudget, type Place } from '../../../src/deployments/harness/memory-budget.js';
import {
  candidateOf,
  endMigration,
  pauseMigration,
  promoteCandidate,
  resumeMigration,
} from '../../../src/deployments/migrations/plan-migration.js';
import { isOpen } from '../../../src/deployments/migrations/records.js';
import { isComing, plan } from '../../../src/deployments/plan/plan.js';
import type {
  Action,
  HarnessView,
  HarnessWork,
  MigrationStep,
  Observed,
} from '../../../src/deployments/plan/plan-types.js';
import type { RevisionRecord } from '../../../src/deployments/records.js';

/** Of each model; together they may take three times as much. */
const BYTES = 10;
const WHY = 'Retort was restarted';

class SimulatedHarness {
  phase: HarnessPhase = 'EMPTY';
  failure: LoadFailure | null = null;
  firstCrashes = 0;
  delayMs = 0;
  retryAt = 0;
  place: Place | null = null;
  readonly backoff: Backoff;

  constructor(
    public hasServed: boolean,
    private readonly now: () => number,
  ) {
    this.backoff = new Backoff(now);
  }

  get view(): HarnessView {
    const { phase, hasServed, firstCrashes, failure, delayMs } = this;
    const { attempts } = this.backoff;
    return { phase, hasServed, firstCrashes, failure, attempts, delayMs, retryInMs: this.retryAt - this.now(), note: null }; // prettier-ignore
  }

  enter(next: HarnessPhase): void {
    if (!HARNESS_TRANSITIONS[this.phase].includes(next)) throw new Error(`${this.phase} → ${next}`);
    this.phase = next;
  }

  fail(failure: LoadFailure): void {
    this.enter('FAILED');
    this.release();
    if (failure.constructor.name === 'RunnerLost' && !this.hasServed) this.firstCrashes += 1;
    this.failure = failure;
    this.delayMs = this.backoff.failed();
    this.retryAt = this.now() + this.delayMs;
  }

  release(): void {
    this.place?.free();
    this.place = null;
  }
}

/**
 * One deployment with a database, memory and a clock that do what a test says: the rows are changed by what `plan` says and
 * by wishes, and every illegal change is an error.
 */
export class SimulatedDeployment {
  revisions: RevisionRecord[] = [];
  migration: OpenMigration | null = null;
  rearrangement: PendingRearrangement | null = null;
  now = 1_800_000_000_000;
  readonly budget = new MemoryBudget(3 * BYTES);
  /** How a write goes: it is made, it is not, or it is and nobody hears of it. */
  database: 'UP' | 'DOWN' | 'DEAF' = 'UP';
  /** Somebody deployed it, and nobody undeployed it since. */
  isWanted = false;
  readonly violations: string[] = [];
  private harnesses = new Map<string, SimulatedHarness>();
  private watched: { step: number; since: number } | null = null;

  get desired(): Desired {
    const revisions = this.revisions.filter(({ state }) => state !== 'STOPPED');
    const primaries = this.revisions.filter(({ role }) => role === 'PRIMARY');
    const newestPrimary = primaries.at(-1)?.number ?? 0;
    const { migration, rearrangement } = this;
    return { revisions, newestPrimary, migration, rearrangement, following: null };
  }

  get observed(): Observed {
    const { watched, migration } = this;
    return {
      harnesses: new Map([...this.harnesses].map(([id, harness]) => [id, harness.view])),
      trial:
        watched && migration
          ? { step: watched.step, elapsedMs: this.now - watched.since, candidateRequests: 10, guards: [] }
          : null,
      owed: null,
      why: WHY,
    };
  }

  get serving(): RevisionRecord[] {
    return this.revisions.filter(
      ({ id, state }) => state === 'READY' && this.harnesses.get(id)?.phase === 'SERVING',
    );
  }

  get primary(): RevisionRecord | null {
    return servingPrimary(this.serving);
  }

  inPhase(...phases: readonly HarnessPhase[]): SimulatedHarness[] {
    return [...this.harnesses.values()].filter(({ phase }) => phases.includes(phase));
  }

  /** Performs what is planned until nothing is. @returns when to look again. */
  async reconcile(): Promise<number | null> {
    for (let steps = 0; steps < 200; steps += 1) {
      const { actions, wakeInMs } = plan(this.desired, this.observed, this.now);
      if (actions.length === 0) return wakeInMs;
      let isHeld = false;
      for (const action of actions) {
        const before = this.primary;
        const made = this.perform(action);
        if (made === 'FAILED') {
          isHeld = true;
          continue;
        }
        await setImmediate();
        this.check(action, before);
        if (made === 'ROWS') {
          isHeld = false;
          break;
        }
      }
      if (isHeld) return 1_000;
    }
    this.violations.push('It never comes to rest.');
    return null;
  }

  /** The process ends, and another begins. */
  restart(): void {
    for (const harness of this.harnesses.values()) harness.release();
    this.harnesses = new Map();
    this.watched = null;
  }

  /** What a harness was about ends well, or as it is said. */
  finish(harness: SimulatedHarness, failure: LoadFailure | null): void {
    const { phase } = harness;
    if (failure && phase !== 'DRAINING') harness.fail(failure);
    else if (phase === 'LOADING') harness.enter('LOADED');
    else if (phase === 'WARMING') harness.enter('WARM');
    else if (phase === 'DRAINING') {
      harness.release();
      harness.enter('FREED');
    }
  }

  deploy(threads: number): void {
    if (this.migration || trafficShares(this.revisions).length > 1) return;
    this.rearrangement = null;
    this.add('v1', 'PRIMARY', threads);
    this.isWanted = true;
  }

  undeploy(): void {
    const { migration } = this;
    if (migration)
      this.write(endMigration(this.desired, migration, 'ABORTED', 'undeployed', SYSTEM, this.now));
    this.apply(this.desired.revisions.flatMap((revision) => departure(revision, 'Undeployed')));
    const { newestPrimary, revisions } = this.desired;
    const failed = revisions.filter(({ state, number }) => state === 'FAILED' && number === newestPrimary);
    this.apply(failed.map((revision) => ({ revision, to: 'STOPPED', reason: 'Undeployed' })));
    this.rearrangement = null;
    this.isWanted = false;
  }

  migrate(version: string, weights: readonly number[], approval: boolean): void {
    const base = this.primary;
    if (!base || base.versionId === version || this.migration || trafficShares(this.revisions).length > 1)
      return;
    this.rearrangement = null;
    const candidate = this.add(version, 'CANDIDATE', base.runtime.threads);
    const steps = weights.map((weight) => ({ weight, mirrorShare: 0, dwellMs: 1_000, minRequests: 0 }));
    this.migration = {
      id: `m${candidate.number}`,
      number: candidate.number,
      fromRevision: base.number,
      toRevision: candidate.number,
      plan: { steps, approval, guards: DEFAULT_GUARDS, keepWarmMs: 60_000 },
      state: 'LOADING',
      step: null,
      periods: 0,
      guards: [],
      createdAt: new Date(this.now),
      to: { ref: version },
    } as unknown as OpenMigration;
  }

  abort(): void {
    const { migration } = this;
    if (migration) this.write(endMigration(this.desired, migration, 'ABORTED', null, SYSTEM, this.now));
  }

  pause(): void {
    const { migration } = this;
    if (migration && migration.state !== 'PAUSED' && isOpen(migration.state))
      this.write(pauseMigration(migration, migration.state, null, SYSTEM));
  }

  resume(): void {
    const { migration } = this;
    const candidate = migration && candidateOf(this.desired, migration);
    if (migration?.state === 'PAUSED') this.write(resumeMigration(migration, null, SYSTEM));
    else if (migration?.state === 'AWAITING_APPROVAL' && candidate && this.serving.includes(candidate))
      this.write(promoteCandidate(this.desired, migration, null, SYSTEM, this.now));
  }

  setTraffic(weights: ReadonlyMap<string, number>, keepWarmMs: number): void {
    const base = this.primary;
    if (!base || this.migration || weights.size === 0) return;
    const shares = [...weights].map(([version, weight]) => {
      const serving = this.desired.revisions.find(
        ({ role, state, versionId }) => role !== 'STANDBY' && state === 'READY' && versionId === version,
      );
      const { number } = serving ?? this.add(version, 'CANDIDATE', base.runtime.threads);
      return { revision: number, ref: version, weight };
    });
    this.rearrangement = { id: 'x', kind: 'TRAFFIC', shares, keepWarmMs, reason: null, caller: SYSTEM };
  }

  rollBack(keepWarmMs: number): void {
    const base = this.primary;
    const target = this.revisions.find(({ number }) => number === base?.previous);
    if (!base || !target || this.migration || trafficShares(this.revisions).length > 1) return;
    const { number } = this.add(target.versionId, 'CANDIDATE', target.runtime.threads);
    const { previous } = target;
    const from = { from: base.number, restored: target.number, previous, ref: target.versionId };
    this.rearrangement = { id: 'x', kind: 'ROLLBACK', revision: number, ...from, keepWarmMs, reason: null, caller: SYSTEM }; // prettier-ignore
  }

  private add(versionId: string, role: 'PRIMARY' | 'CANDIDATE', threads: number): RevisionRecord {
    const number = this.revisions.length + 1;
    const revision: RevisionRecord = {
      ...DEFAULT_SETTINGS,
      runtime: { ...DEFAULT_SETTINGS.runtime, threads },
      limits: { ...DEFAULT_SETTINGS.limits, idleUnloadMs: threads > 2 ? 60_000 : null },
      id: `r${number}`,
      deploymentId: 'd',
      number,
      versionId,
      state: 'PENDING',
      stateReason: null,
      role,
      weight: role === 'PRIMARY' ? 100 : 0,
      standbyUntil: null,
      servedAt: null,
      previous: null,
      createdAt: new Date(this.now),
      createdBy: 'test',
      reason: null,
    };
    this.revisions.push(revision);
    return revision;
  }

  /** @returns what was changed */
  private perform(action: Action): 'ROWS' | 'MEMORY' | 'FAILED' {
    const writes = action.moves.length > 0 || (action.kind !== 'REVISION' && action.kind !== 'TAKE_OVER');
    if (writes) {
      if (this.database === 'DOWN') return 'FAILED';
      if (action.kind === 'MIGRATION') this.write(action);
      else this.apply(action.moves);
      if (action.kind === 'REARRANGE' || action.kind === 'GIVE_UP') this.rearrangement = null;
      if (this.database === 'DEAF') return 'FAILED';
    }
    if (action.kind === 'REVISION' && action.work) this.carryOut(action.work, action.revision);
    if (action.kind === 'MIGRATION' && action.observe !== null)
      this.watched = { step: action.observe, since: this.now };
    const from = action.kind === 'TAKE_OVER' ? this.harnesses.get(action.from.id) : undefined;
    if (from && action.kind === 'TAKE_OVER') {
      this.harnesses.delete(action.from.id);
      this.harnesses.set(action.revision.id, from);
    }
    for (const [id, harness] of this.harnesses) {
      if (this.revisions.find((other) => other.id === id)?.state !== 'STOPPED') continue;
      harness.release();
      this.harnesses.delete(id);
    }
    return writes ? 'ROWS' : 'MEMORY';
  }

  private write({ migration, moves, change }: MigrationStep): void {
    this.apply(moves);
    const next = { ...migration, ...change };
    this.migration = isOpen(next.state) ? next : null;
    if (!this.migration) this.watched = null;
  }

  private apply(moves: readonly Move[]): void {
    for (const { revision, to, reason = null, place, serves } of moves) {
      const index = this.revisions.findIndex(({ id }) => id === revision.id);
      const now = this.revisions[index];
      if (!now) throw new Error(`There is no revision ${revision.number}`);
      if (to !== undefined) assertTransition(now.state, to);
      const served = serves && now.servedAt === null ? { servedAt: new Date(this.now), previous: serves.previous } : {}; // prettier-ignore
      this.revisions[index] = { ...now, ...place, ...(to && { state: to, stateReason: reason }), ...served };
      const primaries = this.revisions.filter(({ role, state }) => role === 'PRIMARY' && state === 'READY');
      if (primaries.length > 1) this.violations.push('Two primaries serve.');
    }
  }

  private carryOut(work: HarnessWork, revision: RevisionRecord): void {
    const known = this.harnesses.get(revision.id);
    if (work === 'FREE') {
      known?.release();
      this.harnesses.delete(revision.id);
      return;
    }
    const hasServed = revision.state === 'READY' || revision.servedAt !== null;
    const harness = known ?? new SimulatedHarness(hasServed, () => this.now);
    this.harnesses.set(revision.id, harness);
    switch (work) {
      case 'BEGIN':
        return;
      case 'LOAD':
        harness.enter('LOADING');
        harness.failure = null;
        this.budget.reserve(BYTES, 'a model').then(
          (place) => {
            if (harness.phase !== 'LOADING' || this.harnesses.get(revision.id) !== harness) place.free();
            else harness.place = place;
          },
          (error: unknown) => {
            if (harness.phase === 'LOADING') harness.fail(loadFailure(error));
          },
        );
        return;
      case 'WARM': {
        harness.enter('WARMING');
        return;
      }
      case 'DRAIN': {
        harness.enter('DRAINING');
        return;
      }
      case 'SERVE':
      case 'ADOPT':
        harness.enter('SERVING');
        harness.hasServed = true;
        harness.backoff.recovered();
        harness.place?.occupy({
          memoryBytes: BYTES,
          lastUsed: this.now,
          busy: true,
          unload: () => Promise.resolve(false),
        });
    }
  }

  private check(action: Action, before: RevisionRecord | null): void {
    const what = `${action.kind} ${action.kind === 'REVISION' ? `${action.work ?? ''} ${action.revision.id}` : ''}`;
    if (this.budget.usedBytes > this.budget.limitBytes) this.violations.push(`Beyond the budget: ${what}`);
    const loading = this.desired.revisions.filter(
      ({ id, role, state }) =>
        role === 'PRIMARY' && isAlive({ state }) &&
        ['LOADING', 'LOADED', 'WARMING', 'WARM'].includes(this.harnesses.get(id)?.phase ?? ''),
    ); // prettier-ignore
    if (loading.length > 1) this.violations.push(`Two primaries are loaded at once: ${what}`);
    // What a wish ended is DRAINING before anything is planned.
    const lasts = before && this.revisions.find(({ id }) => id === before.id)?.state !== 'STOPPED';
    const comes = this.desired.revisions.some((revision) =>
      isComing(this.desired, this.observed.harnesses, revision, this.now),
    );
    if (lasts && !this.primary && !(this.database === 'DEAF' && comes))
      this.violations.push(`Nothing serves after ${what}`);
  }
}
