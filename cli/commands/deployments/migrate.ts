import {
  AbortMigration,
  MigrateDeployment,
  MigrationStrategyValues,
  PauseMigration,
  ResumeMigration,
  type MigrationNowFragment,
} from '../../__generated__/operations.js';
import { accepted } from '../../api/api.js';
import { defineCommand, type Result, type Session } from '../../command.js';
import { EXIT, type ExitCode } from '../../exit-codes.js';
import { wrongUsage } from '../../failure.js';
import { describeMigration } from '../../migrate/describe.js';
import { MIGRATION_SETTINGS, migrationSettings } from '../../migrate/settings.js';
import { eventCursor, watchMigration, type MigrationEvent } from '../../migrate/watch.js';
import { stack } from '../../terminal/layout.js';

export const migrate = defineCommand({
  name: 'migrate',
  summary: 'Move what a deployment serves to another version, and watch it to its end',
  positionals: {
    deployment: { kind: 'text', required: true, describe: 'The deployment', completes: 'deployment' },
    ref: { kind: 'text', describe: 'The version to serve, such as esol@3', completes: 'ref' },
  },
  options: {
    strategy: { kind: 'choice', choices: MigrationStrategyValues, describe: 'How to get there' },
    detach: { kind: 'flag', describe: 'Do not watch' },
    'wait-seconds': {
      kind: 'number',
      min: 1,
      describe: 'Stop watching after so long; the migration goes on',
    },
    pause: { kind: 'flag', describe: 'Keep the migration under way in its step' },
    resume: { kind: 'flag', describe: 'Go on, or approve the new version, and watch' },
    abort: { kind: 'flag', describe: 'End the migration under way: the old version gets all requests' },
    ...MIGRATION_SETTINGS,
    reason: { kind: 'text', describe: 'Why, for the history' },
  },
  examples: [
    ['retort migrate esol esol@3 --strategy immediate', 'Load, warm up, switch'],
    [
      'retort migrate esol esol@3 --strategy canary --step 10,requests=100 --step 50,requests=500',
      'Step by step, back by itself when a guard has proof',
    ],
    ['retort migrate esol esol@3 --strategy blue-green', 'Hold beside the old one for approval'],
    ['retort migrate esol --resume', 'Approve it'],
    ['retort migrate esol --abort --reason "complaints"', 'End it'],
  ],
  output:
    '{migration: {number, deployment: {name, traffic}, strategy, state, stateReason, waitsFor, fromRevision, toRevision, step, steps, ' +
    'guards, base, candidate, compared, reason, createdAt, createdBy, endedAt}, events: [{at, kind, message}]}',
  notes:
    'Ends with 0 when the new version serves, or is held for approval, and with 4 when the migration was rolled back, ' +
    'aborted or failed, or is still under way after --wait-seconds. Ctrl-C ends the watching and not the migration.',
  async run(values, session) {
    const { deployment, ref, reason } = values;
    const control = controlOf(values);
    const input = { deployment, reason };
    if (control !== null && ref !== undefined)
      throw wrongUsage(`--${control} takes no version: it is about the migration under way.`);
    if (control === 'pause' || control === 'abort') {
      const { api } = session;
      const answer =
        control === 'pause'
          ? (await api.ask(PauseMigration, { input })).pauseMigration
          : (await api.ask(AbortMigration, { input })).abortMigration;
      return outcome(accepted(answer, 'migration'), [], EXIT.DONE);
    }
    const cursor = await eventCursor(session, deployment);
    const begun = control === 'resume' ? await resume(session, input) : await begin(session, values);
    if (values.detach) return outcome(begun, [], EXIT.DONE);
    const untilMs = values.waitSeconds === undefined ? Infinity : Date.now() + values.waitSeconds * 1_000;
    const { migration, events } = await watchMigration(session, begun, { cursor, untilMs });
    const good = migration.state === 'SUCCEEDED' || migration.state === 'AWAITING_APPROVAL';
    return outcome(migration, events, good ? EXIT.DONE : EXIT.NEGATIVE);
  },
});

type Control = 'pause' | 'resume' | 'abort';

function controlOf(values: Readonly<Record<Control, boolean>>): Control | null {
  const given = (['pause', 'resume', 'abort'] as const).filter((control) => values[control]);
  if (given.length > 1)
    throw wrongUsage(`Expected one of ${given.map((control) => `--${control}`).join(' and ')}.`);
  return given[0] ?? null;
}

async function begin(
  { api }: Session,
  values: {
    readonly deployment: string;
    readonly ref: string | undefined;
    readonly strategy: (typeof MigrationStrategyValues)[number] | undefined;
    readonly reason: string | undefined;
  } & Parameters<typeof migrationSettings>[0],
): Promise<MigrationNowFragment> {
  const { deployment, ref: version, strategy, reason } = values;
  if (version === undefined)
    throw wrongUsage('Expected the version to serve, or --pause, --resume or --abort.');
  if (strategy === undefined)
    throw wrongUsage(`Expected --strategy, one of ${MigrationStrategyValues.join(', ').toLowerCase()}.`);
  const settings = migrationSettings(values, strategy);
  const input = { deployment, version, strategy, reason, waitMs: 0, ...settings };
  return accepted((await api.ask(MigrateDeployment, { input })).migrateDeployment, 'migration');
}

async function resume(
  { api }: Session,
  input: { readonly deployment: string; readonly reason: string | undefined },
): Promise<MigrationNowFragment> {
  return accepted((await api.ask(ResumeMigration, { input })).resumeMigration, 'migration');
}

function outcome(migration: MigrationNowFragment, events: readonly MigrationEvent[], exit: ExitCode): Result {
  const hint =
    migration.state === 'AWAITING_APPROVAL'
      ? `Approve it with: retort migrate ${migration.deployment.name} --resume`
      : '';
  return { json: { migration, events }, text: stack(describeMigration(migration), hint), exit };
}
