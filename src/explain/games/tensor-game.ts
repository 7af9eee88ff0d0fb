import type { TensorSpace } from '../tensors/tensor-space.js';
import type { Asked, Game, Player } from './game.js';

/** Columns of tensors that one player holds. */
export interface TensorPlayer extends Player {
  readonly members: readonly number[];
}

/** The numbers of one instance's tensors, or groups of them, as players. */
export class TensorGame implements Game {
  readonly backgrounds: number;

  constructor(
    readonly players: readonly TensorPlayer[],
    private readonly instance: Float64Array,
    private readonly background: readonly Float64Array[],
    private readonly evaluate: (rows: readonly Float64Array[]) => Promise<Float64Array>,
  ) {
    this.backgrounds = background.length;
  }

  answers(asked: readonly Asked[]): Promise<Float64Array> {
    return this.evaluate(
      asked.map(({ coalition, background }) => {
        const row = Float64Array.from(this.background[background] ?? this.instance);
        for (const [place, { members }] of this.players.entries())
          if (coalition[place] === 1) for (const member of members) row[member] = this.instance[member] ?? 0;
        return row;
      }),
    );
  }
}

/** Every number of a space as a player of its own. */
export function playersOf(space: TensorSpace, instance: Float64Array): TensorPlayer[] {
  return space.features.map(({ name, index, unit }, place) => ({
    name,
    index,
    unit,
    value: instance[place] ?? null,
    atoms: null,
    members: [place],
  }));
}
