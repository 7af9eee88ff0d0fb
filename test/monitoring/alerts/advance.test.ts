import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import {
  advance,
  type AdvancePolicy,
  type OpenState,
  type Step,
} from '../../../src/monitoring/alerts/evaluation/advance.js';
import type { Observation } from '../../../src/monitoring/alerts/evaluation/observation.js';

type Kind = Observation['kind'];
const seen = (kind: Kind): Observation => {
  const message = () => '';
  return kind === 'UNKNOWN' || kind === 'GONE'
    ? { kind, message }
    : { kind, message, value: 1, threshold: 1 };
};

/** Each look's observation, in letters, and what came of it. */
const LETTERS: Readonly<Record<string, Kind>> = {
  B: 'BREACHED',
  b: 'BETWEEN',
  c: 'CLEAR',
  u: 'UNKNOWN',
  g: 'GONE',
};
const policy = (more: Partial<AdvancePolicy> = {}): AdvancePolicy => ({
  forMs: 20_000,
  patienceMs: 60_000,
  maxGapMs: 30_000,
  ...more,
});

/** Looks of five seconds each. */
function run(looks: string, how: AdvancePolicy, stepMs = 5_000): string[] {
  let state: OpenState | null = null;
  return looks.split('').map((letter, place) => {
    const step: Step = advance(state, seen(LETTERS[letter] ?? 'UNKNOWN'), how, 1_000_000 + place * stepMs);
    state = step.state;
    return step.action;
  });
}
const actions = (looks: string, how = policy()) =>
  run(looks, how)
    .map((action, place) => (action === 'NONE' ? '' : `${place}:${action}`))
    .filter((text) => text !== '')
    .join(' ');

describe('one look further', () => {
  it.each([
    { why: 'nothing is wrong', looks: 'ccccc', told: '' },
    { why: 'it holds for twenty seconds', looks: 'cBBBBBBB', told: '1:WAIT 5:FIRE' },
    { why: 'it holds for too short a time', looks: 'BBBBcBBBB', told: '0:WAIT 4:DROP 5:WAIT' },
    { why: 'the band ends what is pending', looks: 'BBBbBBBB', told: '0:WAIT 3:DROP 4:WAIT' },
    { why: 'the band ends nothing that fires', looks: 'BBBBBbbbbb', told: '0:WAIT 4:FIRE' },
    { why: 'back at the clear value', looks: 'BBBBBbbc', told: '0:WAIT 4:FIRE 7:RESOLVE' },
    { why: 'nothing known for a moment', looks: 'BBBBBuuuB', told: '0:WAIT 4:FIRE' },
    { why: 'time in which nothing was known does not count', looks: 'BuBuBuBuBBBBB', told: '0:WAIT 12:FIRE' },
    { why: 'nothing known for long', looks: `BBBBB${'u'.repeat(13)}`, told: '0:WAIT 4:FIRE 17:RESOLVE' },
    { why: 'pending, and nothing known for long', looks: `B${'u'.repeat(13)}`, told: '0:WAIT 13:DROP' },
    { why: 'nothing is left to watch', looks: 'BBBBBg', told: '0:WAIT 4:FIRE 5:RESOLVE' },
    { why: 'it comes back', looks: 'BBBBBcBBBBB', told: '0:WAIT 4:FIRE 5:RESOLVE 6:WAIT 10:FIRE' },
  ])('$why', ({ looks, told }) => {
    expect(actions(looks)).toBe(told);
  });

  it('fires at once where no duration is asked for', () => {
    expect(actions('cBbbcB', policy({ forMs: 0 }))).toBe('1:FIRE 4:RESOLVE 5:FIRE');
  });

  it('says since when it holds and when it fired', () => {
    let state: OpenState | null = null;
    for (let place = 0; place < 5; place += 1)
      state = advance(state, seen('BREACHED'), policy(), 1_000 + place * 5_000).state;
    expect(state).toMatchObject({ phase: 'FIRING', since: 1_000, firedAt: 21_000 });
  });
});

const kind = fc.constantFrom<Kind[]>(
  'BREACHED',
  'BREACHED',
  'BREACHED',
  'BETWEEN',
  'CLEAR',
  'UNKNOWN',
  'GONE',
);
/** A clock that mostly goes on by some seconds, and now and then jumps by up to a day either way. */
const step = fc.oneof(
  { weight: 6, arbitrary: fc.integer({ min: 0, max: 15_000 }) },
  { weight: 1, arbitrary: fc.integer({ min: -86_400_000, max: 86_400_000 }) },
);
const looks = fc.array(fc.record({ kind, stepMs: step }), { maxLength: 60 });
const anyPolicy = fc.record({
  forMs: fc.constantFrom(0, 5_000, 60_000, 300_000),
  patienceMs: fc.constantFrom(60_000, 360_000),
  maxGapMs: fc.constant(30_000),
});

describe('whatever happens', () => {
  it('never fires or ends anything while a number stays within the band', () => {
    fc.assert(
      fc.property(looks, anyPolicy, (before, how) => {
        let state: OpenState | null = null;
        let now = 1e12;
        for (const look of before) {
          now += look.stepMs;
          ({ state } = advance(state, seen(look.kind), how, now));
        }
        const wasFiring = state?.phase === 'FIRING';
        for (const stepMs of [5_000, -40_000, 3_600_000, 0, 5_000]) {
          now += stepMs;
          const next: Step = advance(state, seen('BETWEEN'), how, now);
          ({ state } = next);
          expect(['FIRE', 'RESOLVE', 'WAIT']).not.toContain(next.action);
        }
        expect(state?.phase === 'FIRING').toBe(wasFiring);
      }),
    );
  });

  it('fires only after the condition was seen to hold that long, however the clock jumps', () => {
    fc.assert(
      fc.property(looks, anyPolicy, (all, how) => {
        let state: OpenState | null = null;
        let now = 1e12;
        // The most that can have been seen: every gap counts for half a minute at most.
        let atMostMs = 0;
        for (const look of all) {
          now += look.stepMs;
          const before: OpenState | null = state;
          const next: Step = advance(state, seen(look.kind), how, now);
          atMostMs =
            look.kind === 'BREACHED' && before !== null
              ? atMostMs + Math.min(Math.max(0, look.stepMs), how.maxGapMs)
              : look.kind === 'UNKNOWN'
                ? atMostMs
                : 0;
          if (next.action === 'FIRE') expect(atMostMs).toBeGreaterThanOrEqual(how.forMs);
          ({ state } = next);
          if (state === null) atMostMs = 0;
        }
      }),
    );
  });

  it('does not wait longer than the duration while the clock goes backwards again and again', () => {
    // Each look is five seconds later by the machine, but once a minute the clock is set back.
    let state: OpenState | null = null;
    let now = 1e12;
    let fired = -1;
    for (let place = 0; place < 100 && fired < 0; place += 1) {
      now += place % 12 === 11 ? -3_600_000 : 5_000;
      const next: Step = advance(state, seen('BREACHED'), policy({ forMs: 120_000 }), now);
      ({ state } = next);
      if (next.action === 'FIRE') fired = place;
    }
    // One look of twelve is lost, no more.
    expect(fired).toBe(26);
  });

  it('goes on after a restart as if there had been none', () => {
    fc.assert(
      fc.property(looks, anyPolicy, fc.nat({ max: 60 }), (all, how, restartAt) => {
        const follow = (restart: number) => {
          let state: OpenState | null = null;
          let now = 1e12;
          return all.map((look, place) => {
            now += look.stepMs;
            // What a row holds.
            if (place === restart) state = JSON.parse(JSON.stringify(state)) as OpenState | null;
            const next: Step = advance(state, seen(look.kind), how, now);
            ({ state } = next);
            return next;
          });
        };
        expect(follow(restartAt)).toEqual(follow(-1));
      }),
    );
  });

  it('fires and resolves by turns, and never drops what fired', () => {
    fc.assert(
      fc.property(looks, anyPolicy, (all, how) => {
        let state: OpenState | null = null;
        let now = 1e12;
        let firing = false;
        for (const look of all) {
          now += look.stepMs;
          const next: Step = advance(state, seen(look.kind), how, now);
          if (next.action === 'FIRE') expect(firing).toBe(false);
          if (next.action === 'RESOLVE') expect(firing).toBe(true);
          if (next.action === 'DROP') expect(firing).toBe(false);
          firing = next.action === 'FIRE' || (firing && next.action !== 'RESOLVE');
          ({ state } = next);
        }
      }),
    );
  });
});
