import { normal, type Request } from './simulated-migration.js';

const answer = (value: number) => new Map([['', [value]]]);

/** Each request goes to one side, drawn by weight. */
const routed =
  (weight: number, outcome: (random: () => number) => { ok: boolean; totalMs: number }): Request =>
  ({ base, candidate }, random) =>
    (random() < weight ? candidate : base).observe(outcome(random));

/** One request in `every` begins a stall, which makes those after it slow or fail, whichever side they go to. */
function stalling(
  every: number,
  length: number,
  outcome: (stalled: boolean) => { ok: boolean; totalMs: number },
) {
  let left = 0;
  return (random: () => number) => {
    if (left > 0) left -= 1;
    else if (random() < 1 / every) left = length;
    return outcome(left > 0);
  };
}

export const GOOD_CANDIDATES: [string, () => Request][] = [
  ['no failures, equal latencies', () => routed(0.1, (random) => ({ ok: true, totalMs: 5 + random() }))],
  ['2 % failures on both sides', () => routed(0.1, (random) => ({ ok: random() >= 0.02, totalMs: 5 }))],
  [
    '30 % failures on both sides, half and half',
    () => routed(0.5, (random) => ({ ok: random() >= 0.3, totalMs: 5 })),
  ],
  [
    'heavy tails: Pareto, infinite variance',
    () => routed(0.2, (random) => ({ ok: true, totalMs: 20 * (1 - random()) ** (-1 / 1.5) })),
  ],
  [
    'log-normal latencies, small share',
    () => routed(0.02, (random) => ({ ok: true, totalMs: 50 * Math.exp(normal(random)) })),
  ],
  [
    'stalls of both sides',
    () =>
      routed(
        0.1,
        stalling(300, 20, (stalled) => ({ ok: true, totalMs: stalled ? 900 : 8 })),
      ),
  ],
  [
    'rare long stalls of both sides',
    () =>
      routed(
        0.5,
        stalling(5_000, 60, (stalled) => ({ ok: true, totalMs: stalled ? 3_000 : 8 })),
      ),
  ],
  [
    'failures of both sides in bursts',
    () =>
      routed(
        0.1,
        stalling(1_000, 30, (stalled) => ({ ok: !stalled, totalMs: 8 })),
      ),
  ],
  [
    'exactly at the limits: 1 % more failures, twice as slow',
    () =>
      ({ base, candidate }, random) => {
        const [share, slower, side] =
          random() < 0.3 ? ([0.03, 2, candidate] as const) : ([0.02, 1, base] as const);
        side.observe({ ok: random() >= share, totalMs: slower * 40 * Math.exp(0.6 * normal(random)) });
      },
  ],
  [
    'the same answers, and others within the tolerance and the share',
    () =>
      ({ comparison }, random) => {
        const value = normal(random);
        const noise = random() < 0.008 ? 1 : 5e-4;
        comparison.observe({ base: answer(value), candidate: answer(value + noise) });
      },
  ],
  [
    'answers to different requests from one distribution',
    () =>
      ({ comparison }, random) => {
        const outputs = answer(Math.exp(normal(random)));
        if (random() < 0.1) comparison.observeCandidate(outputs);
        else comparison.observeBase(outputs);
      },
  ],
  [
    'answers that drifted to just below the limit',
    () =>
      ({ comparison }, random) => {
        // Two normal distributions half a standard deviation apart have an index of 0.25.
        if (random() < 0.4) comparison.observeCandidate(answer(normal(random) + 0.5));
        else comparison.observeBase(answer(normal(random)));
      },
  ],
];
