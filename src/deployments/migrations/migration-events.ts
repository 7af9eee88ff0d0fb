import type { VersionRecord } from '../../catalog/index.js';
import type { EventKind, JsonObject, NewEvent } from '../../platform/events/index.js';
import type { Caller } from '../../security/index.js';
import { because, type DeploymentName } from '../deployment-events.js';
import type { GuardReport } from '../guards/index.js';
import { evidenceOf, undecided } from './plan-evidence.js';
import type { MigrationRecord } from './records.js';

export type MigrationEventKind = Extract<EventKind, `MIGRATION_${string}`>;

export function migrationChanged(change: {
  readonly kind: MigrationEventKind;
  readonly deployment: DeploymentName;
  /** As it is after the change. */
  readonly migration: MigrationRecord;
  readonly from: VersionRecord;
  readonly to: VersionRecord;
  readonly reason: string | null;
  readonly caller: Caller;
}): NewEvent {
  const { kind, deployment, migration, from, to, reason, caller } = change;
  const { number, strategy, state, step, plan, fromRevision, toRevision, guards } = migration;
  const weight = step === null ? null : (plan.steps[step]?.weight ?? null);
  return {
    kind,
    message: `${deployment.name}: ${whatHappened(kind, change)}${because(reason)}`,
    actor: caller.actor,
    requestId: caller.requestId === '' ? undefined : caller.requestId,
    model: { id: to.modelId, name: to.modelName },
    version: { id: to.id, number: to.number },
    deployment: { id: deployment.id, name: deployment.name },
    data: {
      migration: number,
      strategy,
      state,
      step: step === null ? null : step + 1,
      steps: plan.steps.length,
      weight: state === 'SUCCEEDED' ? 100 : weight,
      fromVersion: from.ref,
      toVersion: to.ref,
      fromRevision,
      toRevision,
      reason,
      guards: guards.map(asJson),
      evidence: evidenceOf(migration, guards),
    },
  };
}

/** A deployment that follows an alias could not go where it went. */
export function migrationRefused(change: {
  readonly deployment: DeploymentName;
  readonly to: VersionRecord;
  readonly alias: string;
  readonly reason: string;
  readonly caller: Caller;
}): NewEvent {
  const { deployment, to, alias, reason, caller } = change;
  return {
    kind: 'MIGRATION_REFUSED',
    message: `${deployment.name} could not follow ${alias} to ${to.ref}: ${reason}`,
    actor: caller.actor,
    model: { id: to.modelId, name: to.modelName },
    version: { id: to.id, number: to.number },
    deployment: { id: deployment.id, name: deployment.name },
    data: { toVersion: to.ref, reason, guards: [] },
  };
}

function whatHappened(
  kind: MigrationEventKind,
  { migration, from, to }: { migration: MigrationRecord; from: VersionRecord; to: VersionRecord },
): string {
  const { strategy, step, plan } = migration;
  const which = `migration from ${from.ref} to ${to.ref}`;
  switch (kind) {
    case 'MIGRATION_STARTED':
      return `${which} began (${strategy})`;
    case 'MIGRATION_ADVANCED': {
      const { weight = 0, mirrorShare = 0 } = plan.steps[step ?? 0] ?? {};
      const share =
        weight > 0 ? `${weight} % of the traffic` : `${100 * mirrorShare} % of the requests, mirrored`;
      return `${which} is in step ${(step ?? 0) + 1} of ${plan.steps.length}, ${to.ref} gets ${share}`;
    }
    case 'MIGRATION_HELD':
      return `${which} holds until resumeMigration approves it`;
    case 'MIGRATION_PAUSED':
      return `${which} is paused`;
    case 'MIGRATION_RESUMED':
      return `${which} goes on`;
    case 'MIGRATION_SUCCEEDED':
      return `${to.ref} serves now, ${from.ref} was replaced${onHowLittle(migration)}`;
    case 'MIGRATION_ROLLED_BACK':
      return `${which} was rolled back`;
    case 'MIGRATION_ABORTED':
      return `${which} was aborted`;
    case 'MIGRATION_FAILED':
      return `${which} failed`;
    case 'MIGRATION_REFUSED':
      return `${which} was refused`;
  }
}

function onHowLittle(migration: MigrationRecord): string {
  if (evidenceOf(migration, migration.guards) !== 'INSUFFICIENT') return '';
  const which = undecided(migration.guards);
  return ` on too little evidence (${which === '' ? 'no requests' : `undecided: ${which}`})`;
}

function asJson(report: GuardReport): JsonObject {
  return { ...report };
}
