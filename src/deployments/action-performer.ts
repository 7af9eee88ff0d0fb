import type { Transaction } from '../platform/database/index.js';
import { DomainError } from '../platform/errors.js';
import type { EventLog, NewEvent } from '../platform/events/index.js';
import { Unavailable } from '../platform/failures.js';
import { Callers } from './routing/callers.js';
import { runnerRestarted } from './deployment-events.js';
import { standsFor } from './desired/desired.js';
import type { DesiredStore } from './desired/desired-store.js';
import type { HarnessSet } from './harness/harness-set.js';
import { migrationRefused } from './migrations/migration-events.js';
import type { MigrationStarter } from './migrations/migration-starter.js';
import type { MigrationWatch } from './migrations/migration-watch.js';
import type { Action, MigrationStep, Occasion } from './plan/plan-types.js';
import type { RearrangementOutcomes } from './desired/rearrangement-outcomes.js';
import type { Seat } from './harness/seat.js';

/** Goes where an alias points, or need not. */
export type FollowAction = Extract<Action, { kind: 'FOLLOW' | 'FOLLOWED' }>;
export type RowAction = Exclude<Action, FollowAction>;

/** Does what is planned for one deployment: the rows in one transaction with their events, then what is in memory. */
export class ActionPerformer {
  readonly callers = new Callers();

  constructor(
    private readonly memory: {
      readonly harnesses: HarnessSet;
      readonly watch: MigrationWatch;
      readonly outcomes: RearrangementOutcomes;
    },
    private readonly deps: {
      readonly events: EventLog;
      readonly store: DesiredStore;
      readonly starter: MigrationStarter;
    },
  ) {}

  async perform(seat: Seat, action: RowAction): Promise<void> {
    if (changesRows(action)) {
      await this.deps.events.transaction(async (tx) => ({
        result: undefined,
        events: await this.write(tx, seat, action),
      }));
      this.callers.remember(action);
    }
    this.carryOut(seat, action);
  }

  /** Part of a transaction. */
  migrate(tx: Transaction, { writer }: Seat, step: MigrationStep): Promise<NewEvent[]> {
    return writer.migrate(tx, step, this.memory.watch.reportsOf(step.migration));
  }

  /** A refusal is told and remembered: what refuses it now would refuse it again. */
  async follow(seat: Seat, action: FollowAction, { caller }: Occasion): Promise<void> {
    const { events, starter, store } = this.deps;
    const { identity: deployment } = seat;
    const { following } = seat.desired;
    if (!following) return;
    const { alias, plan } = following;
    if (action.kind === 'FOLLOW') {
      const { to, why } = action;
      await starter.begin(seat, caller, to, { ...plan, reason: why }).catch((error: unknown) => {
        if (!isRefusal(error)) throw error;
        events.record(migrationRefused({ deployment, to, alias, reason: error.message, caller }));
      });
    }
    if (action.to) await store.setFollowedTo(deployment.id, alias, action.to.id);
  }

  private async write(tx: Transaction, seat: Seat, action: RowAction): Promise<NewEvent[]> {
    const { writer, desired } = seat;
    switch (action.kind) {
      case 'REARRANGE':
        return writer.rearrange(tx, desired, action.change, action.moves);
      case 'MIGRATION':
        return this.migrate(tx, seat, action);
      case 'GIVE_UP':
        await writer.setPending(tx, null);
        return writer.move(tx, action.moves, action.change.caller);
      case 'TAKE_OVER':
      case 'REVISION': {
        const events = await writer.move(tx, action.moves, this.callers.of(action));
        const harness = this.memory.harnesses.all.get(action.revision.id);
        if (action.kind === 'TAKE_OVER' || action.work !== 'SERVE' || !harness?.comeback) return events;
        return [...events, runnerRestarted(harness.running, harness.comeback)];
      }
    }
  }

  private carryOut(seat: Seat, action: RowAction): void {
    const { harnesses, watch, outcomes } = this.memory;
    switch (action.kind) {
      case 'REVISION': {
        const { revision, work } = action;
        if (work) harnesses.carryOut(work, seat.identity, revision, seat.versionOf(revision));
        return;
      }
      case 'TAKE_OVER':
        harnesses.takeOver(action.revision, action.from);
        return;
      case 'REARRANGE':
        outcomes.made(action.change);
        return;
      case 'GIVE_UP':
        outcomes.gaveUp(action.change, action.failed);
        return;
      case 'MIGRATION': {
        const { migration, observe, change } = action;
        const base = standsFor(seat.desired.revisions)?.number ?? migration.fromRevision;
        if (observe !== null) watch.observe(migration, observe, base, change.periods ?? migration.periods);
      }
    }
  }
}

export function changesRows(action: Action): boolean {
  return action.moves.length > 0 || (action.kind !== 'REVISION' && action.kind !== 'TAKE_OVER');
}

/** What would be said again, however often it is tried. */
function isRefusal(error: unknown): error is DomainError {
  return (
    error instanceof DomainError && !(error instanceof Unavailable) && error.code !== 'DEPLOYMENT_NOT_READY'
  );
}
