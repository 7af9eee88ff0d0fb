import { isDeepStrictEqual } from 'node:util';
import { departure, rearranged } from '../desired/arrangement.js';
import { isAlive, replacedBy, servingPrimary, type Desired, type Move, type PendingRearrangement } from '../desired/desired.js'; // prettier-ignore
import { isWorthAnother } from './fate.js';
import { isComingUp, serves } from '../harness/harness-phase.js';
import { againIn } from '../harness/load-failure.js';
import { planMigration } from '../migrations/plan-migration.js';
import { planFollowing } from './plan-following.js';
import type { Action, HarnessView, HarnessWork, Observed, Plan } from './plan-types.js';
import type { RevisionRecord } from '../records.js';
import { settingsOf } from '../settings/stored-settings.js';

/**
 * What one deployment does next. Pure. Invariants (test/deployments/plan):
 * - What serves goes on serving until its successor is READY.
 * - Of the primary's revisions one at a time is loaded beside what serves: no plan asks for more memory than that.
 * - Every sequence comes to rest: with nothing new observed, a plan of no actions.
 * - A restart is a plan with nothing observed.
 */
export function plan(desired: Desired, observed: Observed, now: number): Plan {
  const wakes: number[] = [];
  const context: Context = { desired, observed, now, wakes };
  const migration = planMigration(desired, observed, now);
  const actions = [
    ...desired.revisions.flatMap((revision) => ofRevision(context, revision)),
    ...ofRearrangement(context),
    ...migration.actions,
    ...planFollowing(desired, observed, now, wakes),
  ];
  if (migration.wakeInMs !== null) wakes.push(migration.wakeInMs);
  const wakeInMs = wakes.length === 0 ? null : Math.max(0, Math.min(...wakes));
  return { actions, wakeInMs, waitsFor: migration.waitsFor };
}

/** It may serve without anybody doing more. */
export function isComing(
  desired: Desired,
  harnesses: Observed['harnesses'],
  revision: RevisionRecord,
  now: number,
): boolean {
  const harness = harnesses.get(revision.id);
  if (!isAlive(revision) || harness?.phase === 'SERVING') return false;
  if (harness?.phase === 'FAILED' && !isWorthAnother(harness)) return false;
  return whyUnwanted(desired, harnesses, revision, now) === null;
}

interface Context {
  readonly desired: Desired;
  readonly observed: Observed;
  readonly now: number;
  readonly wakes: number[];
}

function ofRevision(context: Context, revision: RevisionRecord): Action[] {
  const { desired, observed, now } = context;
  const harness = observed.harnesses.get(revision.id);
  const act = (work: HarnessWork | null, ...moves: Move[]): Action[] => [
    { kind: 'REVISION', moves, work, revision },
  ];
  if (revision.state === 'DRAINING') {
    if (harness?.phase === 'SERVING') return act('DRAIN');
    if (harness?.phase === 'DRAINING') return [];
    // FREE: what it holds, if anything.
    return act('FREE', { revision, to: 'STOPPED', reason: revision.stateReason });
  }
  if (!isAlive(revision)) {
    const isNewest = revision.number === desired.newestPrimary;
    // That this process has seen it fail is remembered.
    if (harness) return harness.phase === 'FAILED' && isNewest ? [] : act('FREE');
    const isTriedAgain = isNewest && !otherPrimary(desired, revision);
    return isTriedAgain ? act('BEGIN', { revision, to: 'PENDING', reason: observed.why }) : [];
  }
  const unwanted = whyUnwanted(desired, observed.harnesses, revision, now);
  if (unwanted !== null)
    return act(revision.state === 'READY' ? null : 'FREE', ...departure(revision, unwanted));
  if (revision.role === 'STANDBY' && revision.standbyUntil)
    context.wakes.push(revision.standbyUntil.getTime() - now);
  return bringUp(context, revision, harness, act);
}

function bringUp(
  context: Context,
  revision: RevisionRecord,
  harness: HarnessView | undefined,
  act: (work: HarnessWork | null, ...moves: Move[]) => Action[],
): Action[] {
  const { desired, observed } = context;
  const { state } = revision;
  switch (harness?.phase) {
    case undefined: {
      if (state === 'READY' && revision.limits.idleUnloadMs !== null) return act('ADOPT');
      if (state !== 'PENDING') return act('BEGIN', { revision, to: 'PENDING', reason: observed.why });
      const warm = keptWarm(desired, observed, revision);
      return warm ? takeOver(revision, warm) : load(context, revision, act);
    }
    case 'EMPTY':
      return load(context, revision, act);
    case 'LOADED':
      return act(
        'WARM',
        ...(state === 'LOADING' ? [{ revision, to: 'WARMING', reason: null } as const] : []),
      );
    case 'WARM':
      return act('SERVE', ...(state === 'READY' ? [] : ready(desired, revision, harness.note)));
    case 'FAILED': {
      const { failure, delayMs, attempts, retryInMs } = harness;
      if (!failure) return [];
      if (state === 'PENDING') {
        if (retryInMs <= 0) return load(context, revision, act);
        context.wakes.push(retryInMs);
        return [];
      }
      return isWorthAnother(harness)
        ? act(null, { revision, to: 'PENDING', reason: againIn(failure, delayMs, attempts) })
        : act(null, { revision, to: 'FAILED', reason: failure.message });
    }
    case 'LOADING':
    case 'WARMING':
    case 'SERVING':
    case 'DRAINING':
    case 'FREED':
      return [];
  }
}

/** One of the primary's revisions at a time: each may be as large as what serves. The older one, which served, comes first. */
function load(
  { desired, observed }: Context,
  revision: RevisionRecord,
  act: (work: HarnessWork, ...moves: Move[]) => Action[],
): Action[] {
  const isBusy = ({ id, role }: RevisionRecord) =>
    role === 'PRIMARY' && id !== revision.id && isComingUp(observed.harnesses.get(id)?.phase);
  if (revision.role === 'PRIMARY' && desired.revisions.some((other) => isAlive(other) && isBusy(other)))
    return [];
  return act('LOAD', { revision, to: 'LOADING', reason: null });
}

/** The previous primary drains and the next one is READY, in one transaction: at no moment do two serve, or none. */
function ready({ revisions }: Desired, revision: RevisionRecord, note: string | null): Move[] {
  const move = { revision, to: 'READY', reason: note } as const;
  if (revision.role !== 'PRIMARY') return [move];
  const previous = servingPrimary(revisions);
  const serves = { previous: previous?.number ?? null, exactly: false };
  return [...(previous ? departure(previous, replacedBy(revision)) : []), { ...move, serves }];
}

/** A model of the same version and settings that is kept warm goes on as the new revision: nothing is loaded. */
function takeOver(revision: RevisionRecord, from: RevisionRecord): Action[] {
  const goesOn = `Goes on as revision ${revision.number}`;
  const moves: Move[] = [
    { revision: from, to: 'DRAINING', reason: goesOn },
    { revision: from, to: 'STOPPED', reason: goesOn },
    { revision, to: 'READY', reason: `Its model was kept warm by revision ${from.number}` },
  ];
  return [{ kind: 'TAKE_OVER', moves, revision, from }];
}

function keptWarm(
  desired: Desired,
  observed: Observed,
  revision: RevisionRecord,
): RevisionRecord | undefined {
  if (revision.role !== 'CANDIDATE') return undefined;
  return desired.revisions.find(
    (other) =>
      other.role === 'STANDBY' &&
      serves(observed.harnesses, other) &&
      other.versionId === revision.versionId &&
      isDeepStrictEqual(settingsOf(other), settingsOf(revision)),
  );
}

/** Null for a revision that is to serve, or to go on being brought up. */
function whyUnwanted(
  { revisions, migration, rearrangement }: Desired,
  harnesses: Observed['harnesses'],
  revision: RevisionRecord,
  now: number,
): string | null {
  const { number, role, weight, standbyUntil, state } = revision;
  switch (role) {
    case 'PRIMARY': {
      const newer = revisions.filter((other) => other.role === 'PRIMARY' && other.number > number);
      const serving = servingPrimary(newer);
      if (serving) return replacedBy(serving);
      // What served serves until the newer one is ready, and goes on should that fail.
      const hasServed =
        state === 'READY' || revision.servedAt !== null || harnesses.get(revision.id)?.hasServed;
      const wanted = newer.findLast(isAlive);
      return wanted && hasServed !== true ? replacedBy(wanted) : null;
    }
    case 'CANDIDATE': {
      const isNamed = namedBy(rearrangement).includes(number) || migration?.toRevision === number;
      return weight > 0 || isNamed ? null : 'Nothing needs it any more';
    }
    case 'STANDBY':
      return standbyUntil !== null && standbyUntil.getTime() > now ? null : 'Kept warm until now';
  }
}

function namedBy(change: PendingRearrangement | null): readonly number[] {
  if (!change) return [];
  return change.kind === 'ROLLBACK' ? [change.revision] : change.shares.map(({ revision }) => revision);
}

function otherPrimary({ revisions }: Desired, { id }: RevisionRecord): boolean {
  return revisions.some((other) => other.id !== id && other.role === 'PRIMARY' && isAlive(other));
}

/** Made when everything it names serves; given up when something it names never will. */
function ofRearrangement({ desired, observed, now }: Context): Action[] {
  const { rearrangement: change, revisions } = desired;
  if (!change) return [];
  const numbers = namedBy(change);
  const named = numbers.flatMap((number) => revisions.find((other) => other.number === number) ?? []);
  const failed = named.find((revision) => !isAlive(revision)) ?? null;
  if (failed || named.length < numbers.length) {
    const added = named.filter(({ role, weight }) => role === 'CANDIDATE' && weight === 0);
    const reason = change.kind === 'ROLLBACK' ? 'The rollback came to nothing' : 'The traffic was not divided after all'; // prettier-ignore
    const moves = added.flatMap((revision) => departure(revision, reason));
    return [{ kind: 'GIVE_UP', moves, change, failed }];
  }
  if (!named.every((revision) => serves(observed.harnesses, revision))) return [];
  const { keepWarmMs } = change;
  if (change.kind === 'ROLLBACK') {
    const [promote] = named;
    const moves = rearranged(revisions, { promote, previous: change.previous, keepWarmMs }, now);
    return [{ kind: 'REARRANGE', moves, change }];
  }
  const weights = new Map(named.map((revision, index) => [revision, change.shares[index]?.weight ?? 0]));
  const [largest] = [...weights].sort(([, a], [, b]) => b - a);
  const keepsPrimary = named.some(({ role }) => role === 'PRIMARY');
  const leaving = revisions.filter((other) => other.role === 'CANDIDATE' && !weights.has(other));
  const leaveReason = 'Its share of the traffic went to others';
  const arrangement = {
    weights,
    keepWarmMs,
    leaving,
    leaveReason,
    ...(!keepsPrimary && { promote: largest?.[0] }),
  };
  return [{ kind: 'REARRANGE', moves: rearranged(revisions, arrangement, now), change }];
}
