import type { MigrationNowFragment } from '../__generated__/operations.js';
import { inPercent, number, plural } from '../terminal/format.js';
import { facts, stack, table } from '../terminal/layout.js';

/** What a migration is doing, or how it ended. */
export function describeMigration(migration: MigrationNowFragment): string {
  const { state, stateReason, waitsFor, base, candidate, compared, guards, evidence, warnings } = migration;
  const asked = (arm: NonNullable<typeof base>) =>
    `${plural(arm.requests, 'request')}, ${arm.failures} failed`;
  return stack(
    `${headline(migration)}: ${state}${stateReason === null ? '' : `: ${stateReason}`}`,
    facts([
      ['step', stepText(migration)],
      ['waits for', waitsFor],
      ['traffic', trafficText(migration.deployment.traffic)],
      ['old version', base && asked(base)],
      ['new version', candidate && asked(candidate)],
      ['evidence', evidence === 'NONE' ? '' : evidence],
      ['compared', compared > 0 ? plural(compared, 'answer') : ''],
    ]),
    guards.length === 0
      ? ''
      : table(
          ['GUARD', 'VERDICT', 'MEASURED', 'LIMIT', 'REQUESTS', 'FINDING'],
          guards.map((guard) => [
            guard.guard,
            guard.verdict,
            guard.measured === null ? '' : number(guard.measured),
            number(guard.limit),
            `${guard.baseSamples} and ${guard.candidateSamples}`,
            guard.detail,
          ]),
        ),
    evidence === 'INSUFFICIENT' ? warnings.map((warning) => `Warning: ${warning}`).join('\n') : '',
  );
}

/** One line for a spinner. */
export function progressLine(migration: MigrationNowFragment): string {
  return [headline(migration), stepText(migration), migration.waitsFor ?? migration.state]
    .filter(Boolean)
    .join('  ');
}

export function trafficText(traffic: MigrationNowFragment['deployment']['traffic']): string {
  return traffic.map(({ version, share }) => `${version.ref} ${inPercent(share)}`).join(', ');
}

function headline({ deployment, fromRevision, toRevision, strategy }: MigrationNowFragment): string {
  return `${deployment.name}: ${fromRevision.version.ref} → ${toRevision.version.ref} (${strategy})`;
}

function stepText({ step, steps }: MigrationNowFragment): string {
  const now = step === null ? undefined : steps[step - 1];
  return now === undefined ? '' : `step ${step} of ${steps.length}: ${inPercent(now.share)}`;
}
