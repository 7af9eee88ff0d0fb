import { setTimeout as wait } from 'node:timers/promises';
import {
  EventKindValues,
  LatestMigrationEvent,
  WatchMigration,
  type MigrationNowFragment,
  type WatchMigrationQuery,
} from '../__generated__/operations.js';
import type { Session } from '../command.js';
import { existing } from '../api/existing.js';
import { EXIT } from '../exit-codes.js';
import { Failure } from '../failure.js';
import { progressLine } from './describe.js';

export type MigrationEvent = WatchMigrationQuery['events']['edges'][number]['node'];

const MIGRATION_KINDS = EventKindValues.filter((kind) => kind.startsWith('MIGRATION_'));
const LOOK_EVERY_MS = 500;
/** A migration survives a restart of its server, so whoever watches it should, too. */
const PATIENCE_MS = 60_000;
/** It has ended, or nothing happens until somebody says so. */
const AT_REST: ReadonlySet<string> = new Set([
  'SUCCEEDED',
  'ROLLED_BACK',
  'ABORTED',
  'FAILED',
  'AWAITING_APPROVAL',
]);

/** That there is no such deployment is told by what is asked of it, and better. */
function migrationsOf(deployment: string) {
  return { deployment, kinds: MIGRATION_KINDS, allowUnknown: true };
}

/** Where the events of a deployment's migrations stand now: what comes behind it is news. */
export async function eventCursor({ api }: Session, deployment: string): Promise<string | null> {
  const filter = migrationsOf(deployment);
  return (await api.ask(LatestMigrationEvent, { filter })).events.edges[0]?.cursor ?? null;
}

/** Follows a migration until it comes to rest or the time is over, and tells each of its events. */
export async function watchMigration(
  session: Session,
  begun: MigrationNowFragment,
  from: { readonly cursor: string | null; readonly untilMs: number },
): Promise<{ readonly migration: MigrationNowFragment; readonly events: readonly MigrationEvent[] }> {
  const { progress, signal } = session;
  const { name } = begun.deployment;
  const events: MigrationEvent[] = [];
  try {
    return await progress.spin(progressLine(begun), async (say) => {
      let after = from.cursor;
      for (;;) {
        const now = await look(session, name, after);
        for (const { cursor, node } of now.events.edges) {
          after = cursor;
          events.push(node);
          progress.note(`${node.kind}  ${node.message}`);
        }
        const migration = existing(now.deployment, 'deployment', name).migration ?? begun;
        say(progressLine(migration));
        // Another one came after it, so it has ended.
        const other = migration.number !== begun.number;
        if (other || AT_REST.has(migration.state) || Date.now() > from.untilMs) return { migration, events };
        await wait(LOOK_EVERY_MS, undefined, { signal });
      }
    });
  } catch (error) {
    if (!signal.aborted) throw error;
    throw new Failure(
      EXIT.INTERRUPTED,
      'INTERRUPTED',
      `Interrupted. The migration goes on by itself; retort migrate ${name} --abort ends it.`,
    );
  }
}

async function look(
  { api, signal }: Session,
  deployment: string,
  after: string | null,
): Promise<WatchMigrationQuery> {
  const filter = migrationsOf(deployment);
  const until = Date.now() + PATIENCE_MS;
  for (;;) {
    try {
      return await api.ask(WatchMigration, { deployment, filter, after });
    } catch (error) {
      if (!(error instanceof Failure) || error.code !== 'UNREACHABLE' || Date.now() > until) throw error;
      await wait(LOOK_EVERY_MS, undefined, { signal });
    }
  }
}
