import { because } from '../deployment-events.js';
import { servingPrimary, type Desired } from '../desired/desired.js';
import { serves } from '../harness/harness-phase.js';
import { endMigration } from '../migrations/plan-migration.js';
import type { Action, Observed } from './plan-types.js';

/** How long the next version an alias points to waits for the migration to the one before to come to rest. */
const REST_MS = 30_000;

/**
 * Goes where the alias points, once for each time it moved, when the deployment serves. Pure.
 *
 * @param wakes gets when to look again
 */
export function planFollowing(
  desired: Desired,
  { owed, harnesses }: Observed,
  now: number,
  wakes: number[],
): Action[] {
  const { following, migration, rearrangement, revisions } = desired;
  if (owed === null || following === null) return [];
  const { alias, plan, target } = following;
  const followed = (to: typeof target): Action[] => [{ kind: 'FOLLOWED', moves: [], to }];
  // What came after it went there was somebody's decision, or a guard's, and stays.
  if (target === null || (owed.isStart && plan.followedTo === target.id)) return followed(null);
  const primary = servingPrimary(revisions);
  if (!primary || !serves(harnesses, primary) || rearrangement) return [];
  const why = `${alias} points to ${target.ref}${because(owed.reason)}`;
  if (migration) {
    if (migration.to.id === target.id) return followed(target);
    const restsInMs = migration.createdAt.getTime() + REST_MS - now;
    if (migration.state === 'LOADING' && restsInMs > 0) {
      wakes.push(restsInMs);
      return [];
    }
    return [endMigration(desired, migration, 'ABORTED', why, owed.caller, now)];
  }
  if (primary.versionId === target.id) return followed(target);
  return [{ kind: 'FOLLOW', moves: [], to: target, why }];
}
