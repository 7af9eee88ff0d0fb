import { describe, expect, it } from '@jest/globals';
import { DEFAULT_SETTINGS } from '../../../src/deployments/settings/default-settings.js';
import { SYSTEM } from '../../../src/deployments/deployment-events.js';
import type {
  Desired,
  Following,
  OpenMigration,
  PendingRearrangement,
} from '../../../src/deployments/desired/desired.js';
import { DEFAULT_GUARDS } from '../../../src/deployments/guards/index.js';
import { ModelFault, type LoadFailure } from '../../../src/deployments/harness/load-failure.js';
import { NoRoom } from '../../../src/deployments/harness/memory-budget.js';
import { plan } from '../../../src/deployments/plan/plan.js';
import type { Action, HarnessView, Observed } from '../../../src/deployments/plan/plan-types.js';
import type { RevisionRecord } from '../../../src/deployments/records.js';
import { RunnerLost } from '../../../src/runtime/index.js';
import { StoreUnavailable } from '../../../src/platform/failures.js';

const NOW = 1_800_000_000_000;

function revision(number: number, more: Partial<RevisionRecord>): RevisionRecord {
  return {
    ...DEFAULT_SETTINGS,
    id: `r${number}`,
    deploymentId: 'd',
    number,
    versionId: `v${number}`,
    state: 'READY',
    stateReason: null,
    role: 'PRIMARY',
    weight: more.role === undefined || more.role === 'PRIMARY' ? 100 : 0,
    standbyUntil: null,
    servedAt: null,
    previous: null,
    createdAt: new Date(NOW),
    createdBy: 'test',
    reason: null,
    ...more,
  };
}

const harness = (phase: HarnessView['phase'], more: Partial<HarnessView> = {}): HarnessView => ({
  phase,
  hasServed: phase === 'SERVING',
  firstCrashes: 0,
  failure: null,
  attempts: 0,
  delayMs: 0,
  retryInMs: 0,
  note: null,
  ...more,
});
const failed = (failure: LoadFailure, more: Partial<HarnessView> = {}) =>
  harness('FAILED', { failure, attempts: 2, delayMs: 200, retryInMs: 150, ...more });
const crash = () => new RunnerLost('It crashed; try again', { end: 'CRASHED', atWork: true });

const newestOf = (rows: readonly RevisionRecord[]) =>
  Math.max(0, ...rows.flatMap(({ role, number }) => (role === 'PRIMARY' ? [number] : [])));

/** Its rows in `moves`, as `r1 READY (why)` or `r1 CANDIDATE 20`, and what is done in memory. */
function told(action: Action): string {
  const moves = action.moves.map(({ revision: { id }, to, reason, place }) =>
    [
      id,
      to,
      to && reason != null ? `(${reason})` : undefined,
      place?.role,
      // 0 goes without saying for what drains.
      to === 'DRAINING' ? undefined : place?.weight,
    ]
      .filter((part) => part !== undefined)
      .join(' '),
  );
  const what =
    action.kind === 'REVISION'
      ? `${action.work ?? '–'} ${action.revision.id}`
      : action.kind === 'MIGRATION'
        ? (action.event ?? `OBSERVE ${action.observe ?? ''}`)
        : action.kind;
  return [what, ...moves].join(', ');
}

interface Case {
  readonly it: string;
  readonly rows: readonly RevisionRecord[];
  /** The newest of the rows when left out. */
  readonly newestPrimary?: number;
  /** By the revision's number. */
  readonly seen?: Readonly<Record<number, HarnessView>>;
  readonly migration?: Partial<OpenMigration>;
  readonly trial?: Observed['trial'];
  readonly rearrangement?: PendingRearrangement;
  readonly following?: Partial<Following>;
  readonly owed?: Observed['owed'];
  readonly does: readonly string[];
  readonly wakeInMs?: number;
}

const order = { id: 'x', keepWarmMs: 0, reason: null, caller: SYSTEM };
const toBoth: PendingRearrangement = {
  ...order,
  kind: 'TRAFFIC',
  shares: [
    { revision: 1, ref: 'm@1', weight: 75 },
    { revision: 2, ref: 'm@2', weight: 25 },
  ],
};
const back: PendingRearrangement = {
  ...order,
  kind: 'ROLLBACK',
  revision: 2,
  ref: 'm@1',
  restored: 1,
  from: 1,
  previous: null,
};
const candidate = (more: Partial<RevisionRecord> = {}) => revision(2, { role: 'CANDIDATE', ...more });
const serving = harness('SERVING');

const cases: readonly Case[] = [
  // From PENDING to READY
  { it: 'loads what is PENDING', rows: [revision(1, { state: 'PENDING' })], does: ['LOAD r1, r1 LOADING'] },
  { it: 'waits for what is being loaded', rows: [revision(1, { state: 'LOADING' })], seen: { 1: harness('LOADING') }, does: [] },
  { it: 'warms up what is loaded', rows: [revision(1, { state: 'LOADING' })], seen: { 1: harness('LOADED') }, does: ['WARM r1, r1 WARMING'] },
  { it: 'serves what is warm, with what the warm-up said', rows: [revision(1, { state: 'WARMING' })], seen: { 1: harness('WARM', { note: 'note' }) }, does: ['SERVE r1, r1 READY (note)'] },
  { it: 'drains the old primary as the new one serves, in one transaction', rows: [revision(1, {}), revision(2, { state: 'WARMING' })], seen: { 1: serving, 2: harness('WARM') }, does: ['SERVE r2, r1 DRAINING (Replaced by revision 2), r2 READY'] },
  { it: 'serves what was written down as READY when nobody heard of the commit', rows: [revision(1, {})], seen: { 1: harness('WARM') }, does: ['SERVE r1'] },
  { it: 'comes to rest when it serves', rows: [revision(1, {})], seen: { 1: serving }, does: [] },
  // Newer revisions
  { it: 'gives up what is on its way when a newer revision is wanted', rows: [revision(1, { state: 'LOADING' }), revision(2, { state: 'PENDING' })], seen: { 1: harness('LOADING') }, does: ['FREE r1, r1 STOPPED (Replaced by revision 2)'] },
  { it: 'goes on bringing back what served while a newer one comes; one at a time', rows: [revision(1, { state: 'LOADING', servedAt: new Date(0) }), revision(2, { state: 'PENDING' })], seen: { 1: harness('LOADING') }, does: [] },
  { it: 'gives up what served when the newer one serves', rows: [revision(1, { state: 'PENDING', servedAt: new Date(0) }), revision(2, {})], seen: { 1: failed(crash()), 2: serving }, does: ['FREE r1, r1 STOPPED (Replaced by revision 2)'] },
  { it: 'keeps the old one serving when the new one failed', rows: [revision(1, {}), revision(2, { state: 'FAILED' })], seen: { 1: serving, 2: failed(new ModelFault('INVALID_MODEL', 'x')) }, does: [] },
  // Failures
  { it: 'tries again after a crash, later', rows: [revision(1, { state: 'LOADING' })], seen: { 1: failed(crash(), { firstCrashes: 2 }) }, does: ['– r1, r1 PENDING (It crashed. Loading it again in 200 ms (attempt 2).)'] },
  { it: 'gives up after three crashes before it ever served', rows: [revision(1, { state: 'WARMING' })], seen: { 1: failed(crash(), { firstCrashes: 3 }) }, does: ['– r1, r1 FAILED (It crashed; try again)'] },
  { it: 'never gives up what has served', rows: [revision(1, { state: 'WARMING' })], seen: { 1: failed(crash(), { firstCrashes: 9, hasServed: true }) }, does: ['– r1, r1 PENDING (It crashed. Loading it again in 200 ms (attempt 2).)'] },
  { it: 'never gives up on what stands in the way', rows: [revision(1, { state: 'LOADING' })], seen: { 1: failed(new StoreUnavailable('The disk failed'), { firstCrashes: 3 }) }, does: ['– r1, r1 PENDING (The disk failed. Loading it again in 200 ms (attempt 2).)'] },
  { it: 'fails when there is no room and it never served', rows: [revision(1, { state: 'LOADING' })], seen: { 1: failed(new NoRoom('No room')) }, does: ['– r1, r1 FAILED (No room)'] },
  { it: 'waits for room when it has served', rows: [revision(1, { state: 'LOADING' })], seen: { 1: failed(new NoRoom('No room'), { hasServed: true }) }, does: ['– r1, r1 PENDING (No room. Loading it again in 200 ms (attempt 2).)'] },
  { it: 'waits its time', rows: [revision(1, { state: 'PENDING' })], seen: { 1: failed(crash()) }, does: [], wakeInMs: 150 },
  { it: 'loads again when the time is over', rows: [revision(1, { state: 'PENDING' })], seen: { 1: failed(crash(), { retryInMs: 0 }) }, does: ['LOAD r1, r1 LOADING'] },
  { it: 'lets a model that is broken end', rows: [revision(1, {})], seen: { 1: failed(new ModelFault('INVALID_MODEL', 'Broken'), { hasServed: true }) }, does: ['– r1, r1 FAILED (Broken)'] },
  // Ends
  { it: 'drains what is DRAINING', rows: [revision(1, { state: 'DRAINING', stateReason: 'why' })], seen: { 1: serving }, does: ['DRAIN r1'] },
  { it: 'waits for the last requests', rows: [revision(1, { state: 'DRAINING' })], seen: { 1: harness('DRAINING') }, does: [] },
  { it: 'stops what is drained', rows: [revision(1, { state: 'DRAINING', stateReason: 'why' })], seen: { 1: harness('FREED') }, does: ['FREE r1, r1 STOPPED (why)'] },
  { it: 'keeps a standby until its time', rows: [revision(1, {}), revision(2, { role: 'STANDBY', standbyUntil: new Date(NOW + 5_000) })], seen: { 1: serving, 2: serving }, does: [], wakeInMs: 5_000 },
  { it: 'lets a standby go then', rows: [revision(1, {}), revision(2, { role: 'STANDBY', standbyUntil: new Date(NOW) })], seen: { 1: serving, 2: serving }, does: ['– r2, r2 DRAINING (Kept warm until now)'] },
  { it: 'lets a candidate go that nothing names', rows: [revision(1, {}), candidate()], seen: { 1: serving, 2: serving }, does: ['– r2, r2 DRAINING (Nothing needs it any more)'] },
  // A start: nothing observed
  { it: 'brings back what served', rows: [revision(1, {})], does: ['BEGIN r1, r1 PENDING (why)'] },
  { it: 'leaves what may be idle to its first request', rows: [revision(1, { limits: { maxQueue: 1, idleUnloadMs: 100 } })], does: ['ADOPT r1'] },
  { it: 'goes on with what was on its way', rows: [revision(1, { state: 'WARMING' })], does: ['BEGIN r1, r1 PENDING (why)'] },
  { it: 'ends what was being drained', rows: [revision(1, { state: 'DRAINING', stateReason: 'old' })], does: ['FREE r1, r1 STOPPED (old)'] },
  { it: 'tries again what failed, when nothing else is wanted', rows: [revision(1, { state: 'FAILED' })], does: ['BEGIN r1, r1 PENDING (why)'] },
  { it: 'leaves what failed beside what serves', rows: [revision(1, {}), revision(2, { state: 'FAILED' })], seen: { 1: serving }, does: [] },
  { it: 'leaves what failed in this process', rows: [revision(1, { state: 'FAILED' })], seen: { 1: failed(crash()) }, does: [] },
  { it: 'leaves what failed before something newer was undeployed', rows: [revision(1, { state: 'FAILED' })], newestPrimary: 2, does: [] },
  { it: 'forgets what failed before something newer', rows: [revision(1, { state: 'FAILED' }), revision(2, {})], seen: { 1: failed(crash()), 2: serving }, does: ['FREE r1'] },
  // Kept warm
  { it: 'takes over the model of a standby of the same version and settings', rows: [revision(1, {}), revision(2, { role: 'STANDBY', versionId: 'v3', standbyUntil: new Date(NOW + 1) }), revision(3, { state: 'PENDING', role: 'CANDIDATE' })], seen: { 1: serving, 2: serving }, rearrangement: { ...back, revision: 3 }, does: ['TAKE_OVER, r2 DRAINING (Goes on as revision 3), r2 STOPPED (Goes on as revision 3), r3 READY (Its model was kept warm by revision 2)'], wakeInMs: 1 },
  { it: 'loads anew with other settings', rows: [revision(1, {}), revision(2, { role: 'STANDBY', versionId: 'v3', standbyUntil: new Date(NOW + 1) }), revision(3, { state: 'PENDING', role: 'CANDIDATE', cache: { maxBytes: 1_024 } })], seen: { 1: serving, 2: serving }, rearrangement: { ...back, revision: 3 }, does: ['LOAD r3, r3 LOADING'], wakeInMs: 1 },
  // Traffic and rollback
  { it: 'divides the traffic when all shares serve', rows: [revision(1, {}), candidate()], seen: { 1: serving, 2: serving }, rearrangement: toBoth, does: ['REARRANGE, r1 75, r2 25'] },
  { it: 'waits for the one that is loaded', rows: [revision(1, {}), candidate({ state: 'LOADING' })], seen: { 1: serving, 2: harness('LOADING') }, rearrangement: toBoth, does: [] },
  { it: 'changes nothing when one cannot be loaded', rows: [revision(1, {}), candidate({ state: 'FAILED' })], seen: { 1: serving, 2: failed(crash()) }, rearrangement: toBoth, does: ['FREE r2', 'GIVE_UP'] },
  { it: 'promotes a share when the primary has none', rows: [revision(1, {}), candidate()], seen: { 1: serving, 2: serving }, rearrangement: { ...toBoth, shares: toBoth.shares.slice(1) }, does: ['REARRANGE, r1 STANDBY 0, r1 DRAINING (Replaced by revision 2), r2 PRIMARY 100, r2 25'] },
  { it: 'goes back when the restored revision serves, and keeps the other warm', rows: [revision(1, {}), candidate()], seen: { 1: serving, 2: serving }, rearrangement: { ...back, keepWarmMs: 9 }, does: ['REARRANGE, r1 STANDBY 0, r2 PRIMARY 100'] },
  // Migrations
  { it: 'enters the first step when the candidate serves', rows: [revision(1, {}), candidate()], seen: { 1: serving, 2: serving }, migration: {}, does: ['MIGRATION_ADVANCED, r1 80, r2 20'] },
  { it: 'observes anew after a restart, in the same step', rows: [revision(1, {}), candidate()], seen: { 1: serving, 2: serving }, migration: { state: 'RUNNING', step: 0 }, does: ['OBSERVE 0'] },
  { it: 'promotes when the step is over', rows: [revision(1, { weight: 80 }), candidate({ weight: 20 })], seen: { 1: serving, 2: serving }, migration: { state: 'RUNNING', step: 0 }, trial: { step: 0, elapsedMs: 1_000, candidateRequests: 9, guards: [] }, does: ['MIGRATION_SUCCEEDED, r1 STANDBY 0, r1 DRAINING (Replaced by revision 2), r2 PRIMARY 100'] },
  { it: 'looks again while the step lasts', rows: [revision(1, { weight: 80 }), candidate({ weight: 20 })], seen: { 1: serving, 2: serving }, migration: { state: 'RUNNING', step: 0 }, trial: { step: 0, elapsedMs: 1, candidateRequests: 9, guards: [] }, does: [], wakeInMs: 250 },
  { it: 'goes back when the candidate is broken', rows: [revision(1, { weight: 80 }), candidate({ weight: 20, state: 'FAILED', stateReason: 'Broken' })], seen: { 1: serving, 2: failed(crash()) }, migration: { state: 'RUNNING', step: 0 }, trial: { step: 0, elapsedMs: 1, candidateRequests: 9, guards: [] }, does: ['FREE r2', 'MIGRATION_ROLLED_BACK, r1 100'] },
  // Following an alias
  { it: 'goes where the alias points', rows: [revision(1, {})], seen: { 1: serving }, following: {}, owed: { caller: SYSTEM, reason: null, isStart: false }, does: ['FOLLOW'] },
  { it: 'waits until it serves', rows: [revision(1, { state: 'LOADING' })], seen: { 1: harness('LOADING') }, following: {}, owed: { caller: SYSTEM, reason: null, isStart: false }, does: [] },
  { it: 'is there', rows: [revision(1, { versionId: 'v9' })], seen: { 1: serving }, following: {}, owed: { caller: SYSTEM, reason: null, isStart: false }, does: ['FOLLOWED'] },
  { it: 'leaves after a start what was decided since it went there', rows: [revision(1, {})], seen: { 1: serving }, following: { plan: { followedTo: 'v9' } as Following['plan'] }, owed: { caller: SYSTEM, reason: null, isStart: true }, does: ['FOLLOWED'] },
  { it: 'waits for the migration to where the alias pointed before', rows: [revision(1, {}), candidate({ state: 'LOADING' })], seen: { 1: serving, 2: harness('LOADING') }, migration: {}, following: {}, owed: { caller: SYSTEM, reason: null, isStart: false }, does: [], wakeInMs: 30_000 },
  { it: 'ends one that has come to rest elsewhere', rows: [revision(1, {}), candidate()], seen: { 1: serving, 2: serving }, migration: { state: 'AWAITING_APPROVAL' }, following: {}, owed: { caller: SYSTEM, reason: null, isStart: false }, does: ['MIGRATION_ABORTED, r2 DRAINING (The migration to m@2 was aborted: production points to m@9), r1 100'] },
]; // prettier-ignore

describe('what a deployment does next', () => {
  it.each(cases)('$it', (row) => {
    const migration = row.migration && ({
      id: 'm',
      deploymentId: 'd',
      toRevision: 2,
      fromRevision: 1,
      state: 'LOADING',
      step: null,
      periods: 0,
      guards: [],
      plan: { steps: [{ weight: 20, mirrorShare: 0, dwellMs: 1_000, minRequests: 0 }], approval: false, guards: DEFAULT_GUARDS, keepWarmMs: 0 },
      createdAt: new Date(NOW),
      to: { id: 'v2', ref: 'm@2' },
      ...row.migration,
    } as unknown as OpenMigration); // prettier-ignore
    const following = row.following && ({
      alias: 'production',
      plan: { followedTo: null },
      target: { id: 'v9', ref: 'm@9' },
      ...row.following,
    } as unknown as Following); // prettier-ignore
    const desired: Desired = {
      revisions: row.rows,
      newestPrimary: row.newestPrimary ?? newestOf(row.rows),
      migration: migration ?? null,
      rearrangement: row.rearrangement ?? null,
      following: following ?? null,
    };
    const harnesses = new Map(Object.entries(row.seen ?? {}).map(([number, view]) => [`r${number}`, view]));
    const observed = { harnesses, trial: row.trial ?? null, owed: row.owed ?? null, why: 'why' };
    const { actions, wakeInMs } = plan(desired, observed, NOW);
    expect(actions.map(told)).toEqual(row.does);
    expect(wakeInMs).toBe(row.wakeInMs ?? null);
  });
});
