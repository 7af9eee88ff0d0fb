import { DomainError } from '../../platform/errors.js';
import { atomGame } from '../molecules/atom-game.js';
import { fieldPlayers, fieldsOf, type Fields } from '../games/fields-of.js';
import type { Game } from '../games/game.js';
import { groupPlayer, groupsOf } from '../games/group-players.js';
import { InstanceGame } from '../games/instance-game.js';
import { regionsOf } from '../games/regions-of.js';
import { playersOf, TensorGame } from '../games/tensor-game.js';
import { tokenGame } from '../games/token-game.js';
import type { ExplanationGame } from '../methods/explanation-method.js';
import type { TensorSpace } from '../tensors/tensor-space.js';
import { grouped } from '../games/grouped-game.js';
import type { InstanceParts } from './instance-parts.js';

export interface GameMade {
  readonly game: Game;
  readonly kind: ExplanationGame;
  readonly background: string | null;
  readonly notes: readonly string[];
  /** For solvers that follow the graph's numbers; null at other features. */
  readonly inside: {
    readonly space: TensorSpace;
    readonly instance: Float64Array;
    readonly background: readonly Float64Array[] | null;
    readonly baseline: Float64Array | null;
  } | null;
  /** False where nothing says what absent quantities are: only 0 could be put in their place. */
  readonly hasBackground: boolean;
}

/** One instance as a game of its quantities. @throws DomainError INVALID_BACKGROUND, INVALID_BASELINE, METHOD_NOT_APPLICABLE */
export async function gameOf(parts: InstanceParts): Promise<GameMade> {
  switch (parts.request.features) {
    case 'FIELDS':
      return fieldGame(parts);
    case 'INPUTS':
    case 'REGIONS':
      return tensorGame(parts);
    case 'TOKENS':
      return removal(parts, tokenGame(parts));
    case 'ATOMS':
      return removal(parts, await atomGame(parts));
  }
}

function removal(
  { request }: InstanceParts,
  { game, notes }: { readonly game: Game; readonly notes: readonly string[] },
): GameMade {
  if (request.input.background !== null || request.input.baseline !== null)
    throw new DomainError(
      'INVALID_ARGUMENT',
      `${request.features} are taken out of the instance, so nothing else takes their place: expected neither background nor baseline.`,
      { field: [request.input.baseline === null ? 'background' : 'baseline'] },
    );
  return {
    game: grouped(game, request.input.groups),
    kind: 'REMOVAL',
    background: null,
    notes,
    inside: null,
    hasBackground: true,
  };
}

async function fieldGame({ request, instance, batch, absent, model }: InstanceParts): Promise<GameMade> {
  const { pipeline, input } = request;
  const own = fieldsOf(pipeline, instance, batch.quantities(0));
  if (own === null)
    throw new DomainError(
      'METHOD_NOT_APPLICABLE',
      'The instance is written without its fields: write it as an object of them, or ask for features INPUTS.',
      { field: ['features'] },
    );
  const { rows, description, notes } = await absent.fields(own);
  const players = fieldPlayers(pipeline, own);
  const groups = groupsOf(players, input.groups);
  const game = new InstanceGame(
    groups.map((members) => groupPlayer(players, members)),
    rows.length,
    ({ coalition, background }) => {
      const present = new Set(
        groups.flatMap((members, at) =>
          coalition[at] === 1 ? members.map((member) => players[member]?.name ?? '') : [],
        ),
      );
      const others = Object.entries(rows[background] ?? {}).filter(([name]) => !present.has(name));
      return { ...Object.fromEntries(others), ...pick(own, present) };
    },
    (instances) =>
      model.instances(
        instances,
        (mixture, why) =>
          new DomainError(
            input.baseline === null ? 'INVALID_BACKGROUND' : 'INVALID_BASELINE',
            `The explanation needs the answer for ${JSON.stringify(mixture).slice(0, 300)}, which mixes the instance with a row of the background and is no instance of the model: ${why} Choose rows nearer to the instance, or features INPUTS.`,
            { field: [input.baseline === null ? 'background' : 'baseline'] },
          ),
      ),
  );
  const kind = input.baseline === null ? 'INTERVENTIONAL' : 'BASELINE';
  return { game, kind, background: description, notes, inside: null, hasBackground: true };
}

async function tensorGame({ request, batch, absent, model }: InstanceParts): Promise<GameMade> {
  const { input, features } = request;
  const { space, instance } = absent.spaceOf(batch);
  const found = await absent.vectors(space);
  const singles = playersOf(space, instance);
  const groups =
    features === 'REGIONS'
      ? regionsOf(space, input)
      : groupsOf(singles, input.groups).map((members) => ({
          members,
          player: groupPlayer(singles, members),
        }));
  const background = found.rows ?? [new Float64Array(space.width)];
  const game = new TensorGame(
    groups.map(({ members, player }) => ({ ...player, members })),
    instance,
    background,
    (rows) => model.tensors(space, rows),
  );
  const isBaseline = input.baseline !== null || found.rows === null;
  return {
    game,
    kind: isBaseline ? 'BASELINE' : 'INTERVENTIONAL',
    background: found.description,
    notes: found.notes,
    inside:
      features === 'INPUTS'
        ? {
            space,
            instance,
            background: isBaseline ? (input.baseline === null ? null : background) : background,
            baseline: input.baseline === null ? null : (background[0] ?? null),
          }
        : null,
    hasBackground: found.rows !== null,
  };
}

function pick(fields: Fields, names: ReadonlySet<string>): Fields {
  return Object.fromEntries(Object.entries(fields).filter(([name]) => names.has(name)));
}
