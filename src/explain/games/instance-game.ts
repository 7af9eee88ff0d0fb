import type { Asked, Game, Player } from './game.js';

/** Whose mixtures are instances themselves: fields of a record, words of a text, atoms of a molecule. */
export class InstanceGame implements Game {
  constructor(
    readonly players: readonly Player[],
    readonly backgrounds: number,
    private readonly mix: (asked: Asked) => unknown,
    private readonly evaluate: (instances: readonly unknown[]) => Promise<Float64Array>,
  ) {}

  answers(asked: readonly Asked[]): Promise<Float64Array> {
    return this.evaluate(asked.map(this.mix));
  }
}
