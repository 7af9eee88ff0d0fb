import { seededRandom } from '../../platform/seeded-random.js';
import type { JsonValue } from '../../pipelines/index.js';
import type { IdentifiedPrediction } from '../../predictions/index.js';
import type { Attribution, Explanation } from '../explanation.js';
import type { Game, Solution } from '../games/game.js';
import { groupsOf } from '../games/group-players.js';
import { lime } from '../lime/lime.js';
import type { SolverRegistry } from '../methods/solver-registry.js';
import { DomainError } from '../../platform/errors.js';
import { occlusion } from '../occlusion/occlusion.js';
import { exactShapley } from '../shapley/exact-shapley.js';
import { kernelShap } from '../shapley/kernel-shap.js';
import { gameOf, type GameMade } from './game-of.js';
import type { InstanceParts } from './instance-parts.js';
import { chooseMethod, type Choice } from './method-choice.js';

export interface Explaining extends InstanceParts {
  readonly prediction: IdentifiedPrediction;
  readonly solvers: SolverRegistry;
  readonly signal: AbortSignal;
}

/** Explains one instance that could be read. @throws DomainError what it is refused for; the signal's reason */
export async function explainInstance(parts: Explaining): Promise<Explanation> {
  const { request, model, absent, prediction } = parts;
  const { target } = request;
  const made = await gameOf(parts);
  const choice = await chooseMethod(
    request,
    { players: made.game.players.length, backgrounds: made.hasBackground ? made.game.backgrounds : null },
    parts.solvers,
  );
  const found =
    choice.by === 'SOLVER' ? await bySolver(parts, made, choice) : await byGame(parts, made, choice);
  const { baseValue, value, attributions, errors } = found;
  const sum = attributions.reduce((all, one) => all + one, 0);
  return {
    instance: parts.instance as JsonValue,
    prediction,
    method: choice.method,
    methodReason: choice.reason,
    features: request.features,
    game: found.game,
    target: { name: target.name, unit: found.isMargin ? DIMENSIONLESS : target.unit },
    background: found.game === 'PATH_DEPENDENT' ? null : made.background,
    baseValue,
    value,
    attributions: found.players.map((player, place): Attribution => ({
      ...player,
      attribution: attributions[place] ?? Number.NaN,
      error: errors[place] ?? 0,
    })),
    completenessGap: sum - (value - baseValue),
    rows: model.budget.rows,
    seconds: model.budget.seconds,
    converged: found.converged,
    notes: [...made.notes, ...found.notes],
    warnings: [...absent.warnings],
  };
}

/** Log-odds, scores and logarithms have no unit, whatever the answer has that is made of them. */
const DIMENSIONLESS = '1';

interface Found extends Solution {
  readonly game: Explanation['game'];
  readonly players: Game['players'];
  /** Whether the numbers are of what a link makes the answer of. */
  readonly isMargin: boolean;
}

async function byGame(
  { request, model }: Explaining,
  made: GameMade,
  { method, exact }: Extract<Choice, { by: 'GAME' }>,
): Promise<Found> {
  const { input } = request;
  const { game } = made;
  if (!made.hasBackground && method !== 'OCCLUSION')
    throw new DomainError(
      'INVALID_BACKGROUND',
      `${request.version.ref} carries no training data, so nothing says what absent quantities are: give background.instances, background.recorded, or a baseline.`,
      { field: ['background'] },
    );
  const random = seededRandom(input.seed);
  const base = { players: game.players, game: made.kind, isMargin: false };
  switch (method) {
    case 'OCCLUSION':
      return { ...(await occlusion(game)), ...base };
    case 'LIME':
      return { ...(await lime(game, input.lime, random, model.pause)), ...base, game: 'LOCAL' };
    default: {
      if (exact) return { ...(await exactShapley(game)), ...base };
      const rows = game.backgrounds;
      const found = await kernelShap(game, {
        random,
        maxCoalitions: Math.max(0, Math.floor((model.budget.rowsLeft - rows - 1) / rows)),
        tolerance: input.tolerance,
        allows: (coalitions) => model.budget.allows(coalitions * rows),
        pause: model.pause,
        refuse: (needed) => model.budget.refusal(needed),
      });
      return { ...found, ...base };
    }
  }
}

async function bySolver(
  { request, model, signal }: Explaining,
  made: GameMade,
  { solver }: Extract<Choice, { by: 'SOLVER' }>,
): Promise<Found> {
  const { inside } = made;
  if (inside === null) throw new Error('A solver follows the numbers of the inputs');
  const { space } = inside;
  const members =
    request.input.groups === null ? null : groupsOf(singlesOf(made, space.width), request.input.groups);
  const found = await solver.explain({
    ...request,
    groups: members,
    ...inside,
    evaluate: (rows) => model.tensors(space, rows),
    budget: model.budget,
    random: seededRandom(request.input.seed),
    signal,
  });
  const [answered = Number.NaN] = await model.tensors(space, [inside.instance]);
  // Of a margin the attributions say how it came about, and not the answer that is made of it.
  const value = found.margin?.value ?? answered;
  const groups = members ?? Array.from({ length: space.width }, (_, place) => [place]);
  const summed = (of: (place: number) => number) =>
    Float64Array.from(groups, (own) => own.reduce((all, place) => all + of(place), 0));
  return {
    players: made.game.players,
    game: found.game,
    isMargin: found.margin != null,
    baseValue: found.baseValue,
    value,
    attributions: summed((place) => found.attributions[place] ?? 0),
    // Of sums the bars at most add up.
    errors: summed((place) => 1.96 * (found.errors[place] ?? 0)),
    converged: true,
    notes: [
      ...found.notes,
      ...(members === null || found.playsGroups === true
        ? []
        : [
            'A group has the sum of its members’ attributions, which need not be the value of the group as one player.',
          ]),
    ],
  };

  function singlesOf({ inside: own }: GameMade, width: number) {
    return Array.from({ length: width }, (_, place) => {
      const feature = own?.space.features[place];
      return {
        name: feature?.name ?? '',
        index: feature?.index ?? null,
        unit: feature?.unit ?? null,
        value: null,
        atoms: null,
      };
    });
  }
}
