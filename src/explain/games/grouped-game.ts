import { groupPlayer, groupsOf } from './group-players.js';
import type { Game } from './game.js';

/** The same game with groups as players. @throws DomainError INVALID_ARGUMENT as `groupsOf` */
export function grouped(game: Game, groups: readonly (readonly string[])[] | null): Game {
  if (groups === null) return game;
  const members = groupsOf(game.players, groups);
  return {
    players: members.map((own) => groupPlayer(game.players, own)),
    backgrounds: game.backgrounds,
    answers: (asked) =>
      game.answers(
        asked.map(({ coalition, background }) => {
          const whole = new Uint8Array(game.players.length);
          for (const [at, own] of members.entries())
            if (coalition[at] === 1) for (const member of own) whole[member] = 1;
          return { coalition: whole, background };
        }),
      ),
  };
}
