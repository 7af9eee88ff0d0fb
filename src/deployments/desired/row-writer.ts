import type { VersionRecord } from '../../catalog/index.js';
import type { Transaction } from '../../platform/database/index.js';
import type { NewEvent } from '../../platform/events/index.js';
import type { Caller } from '../../security/index.js';
import {
  deploymentRolledBack,
  stateChanged,
  trafficChanged,
  type DeploymentName,
} from '../deployment-events.js';
import type { Desired, Move, PendingRearrangement } from './desired.js';
import type { DesiredStore } from './desired-store.js';
import type { GuardReport } from '../guards/index.js';
import { migrationChanged } from '../migrations/migration-events.js';
import type { MigrationStore } from '../migrations/migration-store.js';
import type { MigrationStep } from '../plan/plan-types.js';

/** Writes what changes one deployment's rows, as parts of transactions, and gives the events that tell of it. */
export class RowWriter {
  constructor(
    private readonly deployment: DeploymentName,
    private readonly versionOf: (versionId: string) => VersionRecord,
    private readonly deps: { readonly store: DesiredStore; readonly migrations: MigrationStore },
  ) {}

  async move(tx: Transaction, moves: readonly Move[], caller: Caller): Promise<NewEvent[]> {
    const before = await this.deps.store.apply(tx, moves);
    return moves.flatMap(({ revision, to, reason = null }, index) => {
      if (to === undefined) return [];
      const { deployment } = this;
      const version = this.versionOf(revision.versionId);
      const from = before[index] ?? null;
      return [stateChanged({ deployment, revision: revision.number, version, from, to, reason, caller })];
    });
  }

  /** @param reports what the guards last said */
  async migrate(
    tx: Transaction,
    { moves, migration, change, event, reason, caller }: MigrationStep,
    reports: readonly GuardReport[],
  ): Promise<NewEvent[]> {
    const events = await this.move(tx, moves, caller);
    const written = event === null ? change : { stateReason: reason, ...change, guards: reports };
    const record = await this.deps.migrations.change(tx, migration, written);
    if (event === null) return events;
    const { from, to } = migration;
    const told = { kind: event, deployment: this.deployment, migration: record, from, to, reason, caller };
    return [...events, migrationChanged(told)];
  }

  /** Another one that was pending is overtaken. */
  setPending(tx: Transaction, change: PendingRearrangement | null): Promise<void> {
    return this.deps.store.setRearrangement(tx, this.deployment.id, change);
  }

  /** What was pending is made. */
  async rearrange(
    tx: Transaction,
    { revisions }: Desired,
    change: PendingRearrangement,
    moves: readonly Move[],
  ): Promise<NewEvent[]> {
    const { deployment } = this;
    const { caller, reason } = change;
    const events = await this.move(tx, moves, caller);
    await this.setPending(tx, null);
    const versionOf = (wanted: number): VersionRecord =>
      this.versionOf(revisions.find(({ number }) => number === wanted)?.versionId ?? '');
    if (change.kind === 'TRAFFIC') {
      const shares = change.shares.map(({ revision, weight }) => ({ version: versionOf(revision), weight }));
      return [...events, trafficChanged({ deployment, shares, reason, caller })];
    }
    const { from, revision, restored } = change;
    const told = deploymentRolledBack({
      deployment,
      from: { revision: from, version: versionOf(from) },
      to: { revision, restored, version: versionOf(revision) },
      reason,
      caller,
    });
    return [...events, told];
  }
}
