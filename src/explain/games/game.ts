import type { JsonValue } from '../../pipelines/index.js';

/** One quantity, or a group of them, that an attribution is for. */
export interface Player {
  /** In the pipeline's own words; of a group its members' names with ` + ` between them. */
  readonly name: string;
  /** Where it stands in its tensor or list; null for what has no place. */
  readonly index: readonly number[] | null;
  readonly value: JsonValue;
  readonly unit: string | null;
  /** Of a molecule: the atoms it is about, numbered from 0 in the order of its text. */
  readonly atoms: readonly number[] | null;
}

/** Which players are present: 1, or absent: 0. */
export type Coalition = Uint8Array;

/** A coalition, and the row of the background that absent players take their values from. */
export interface Asked {
  readonly coalition: Coalition;
  readonly background: number;
}

/** A model's number as a game of the quantities of one instance. */
export interface Game {
  readonly players: readonly Player[];
  /** Rows of the background; 1 where absent players are taken out or get one baseline. */
  readonly backgrounds: number;
  /** @throws DomainError BUDGET_TOO_SMALL; INVALID_BACKGROUND when a mixture is no instance; the signal's reason */
  answers(asked: readonly Asked[]): Promise<Float64Array>;
}

/** Rows that are made together at most: more would hold up whoever waits for the event loop. */
const AT_ONCE = 1_024;

/** v(S) of each coalition: the mean over the background. */
export async function coalitionValues(game: Game, coalitions: readonly Coalition[]): Promise<Float64Array> {
  const { backgrounds } = game;
  const values = new Float64Array(coalitions.length);
  const perCall = Math.max(1, Math.floor(AT_ONCE / backgrounds));
  for (let from = 0; from < coalitions.length; from += perCall) {
    const some = coalitions.slice(from, from + perCall);
    const asked = some.flatMap((coalition) => {
      // Nothing is absent: every row of the background gives the same question.
      if (coalition.every((present) => present === 1)) return [{ coalition, background: 0 }];
      return Array.from({ length: backgrounds }, (_, background) => ({ coalition, background }));
    });
    const answers = await game.answers(asked);
    const places = new Map(some.map((coalition, place) => [coalition, place]));
    const counts = new Float64Array(some.length);
    for (const [at, { coalition }] of asked.entries()) {
      const place = places.get(coalition) ?? 0;
      values[from + place] = (values[from + place] ?? 0) + (answers[at] ?? NaN);
      counts[place] = (counts[place] ?? 0) + 1;
    }
    for (const [place, count] of counts.entries()) values[from + place] = (values[from + place] ?? 0) / count;
  }
  return values;
}

export function everyone(players: number): Coalition {
  return new Uint8Array(players).fill(1);
}

export function nobody(players: number): Coalition {
  return new Uint8Array(players);
}

/** What a method found in a game. */
export interface Solution {
  /** What the attributions are counted from. */
  readonly baseValue: number;
  /** Of the instance itself. */
  readonly value: number;
  readonly attributions: Float64Array;
  /** Half-widths of 95 % intervals; zeros where the answer is exact up to rounding. */
  readonly errors: Float64Array;
  /** Whether the stopping rule was met; true for what needs none. */
  readonly converged: boolean;
  readonly notes: readonly string[];
}
