import { DomainError } from '../../platform/errors.js';
import { similarNames } from '../../platform/similar-names.js';
import type { Player } from './game.js';

/**
 * Players by group: those that no group names stay alone, behind the groups' order of first members.
 *
 * @returns for each group the places of its members
 * @throws DomainError INVALID_ARGUMENT for an unknown name, a name in two groups, or an empty group
 */
export function groupsOf(
  players: readonly Player[],
  groups: readonly (readonly string[])[] | null,
): readonly (readonly number[])[] {
  if (groups === null) return players.map((_, place) => [place]);
  const places = new Map(players.map(({ name }, place) => [name, place]));
  const groupOf = new Map<number, number>();
  for (const [at, names] of groups.entries()) {
    if (names.length === 0) throw invalid('expected a group of at least one quantity, got an empty one', at);
    for (const name of names) {
      const place = places.get(name);
      if (place === undefined) throw invalid(unknown(name, [...places.keys()]), at);
      if (groupOf.has(place)) throw invalid(`${JSON.stringify(name)} is in two groups`, at);
      groupOf.set(place, at);
    }
  }
  const made: number[][] = [];
  const madeOf = new Map<number, number[]>();
  for (const place of players.keys()) {
    const group = groupOf.get(place);
    const known = group === undefined ? undefined : madeOf.get(group);
    if (known) known.push(place);
    else {
      const own = [place];
      made.push(own);
      if (group !== undefined) madeOf.set(group, own);
    }
  }
  return made;
}

/** What a group is called and holds. */
export function groupPlayer(players: readonly Player[], members: readonly number[]): Player {
  const own = members.flatMap((place) => players[place] ?? []);
  const [only] = own;
  if (own.length === 1 && only) return only;
  const units = new Set(own.map(({ unit }) => unit));
  const atoms = own.flatMap((player) => player.atoms ?? []);
  return {
    name: own.map(({ name }) => name).join(' + '),
    index: null,
    value: own.map(({ value }) => value),
    unit: units.size === 1 ? (own[0]?.unit ?? null) : null,
    atoms: atoms.length > 0 ? [...new Set(atoms)] : null,
  };
}

function unknown(name: string, names: readonly string[]): string {
  const [nearest] = similarNames(name, names, 1);
  const some = names
    .slice(0, 12)
    .map((each) => JSON.stringify(each))
    .join(', ');
  return `expected quantities of the explanation, such as ${some}${names.length > 12 ? ` (${names.length} in all)` : ''}, got ${JSON.stringify(name)}${nearest === undefined ? '' : `; did you mean ${JSON.stringify(nearest)}?`}`;
}

function invalid(message: string, group: number): DomainError {
  return new DomainError('INVALID_ARGUMENT', `groups: ${message}.`, { field: ['groups', String(group)] });
}
