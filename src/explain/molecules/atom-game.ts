import { drawnField, moleculesOf, type Skeleton } from '../../pipelines/index.js';
import { DomainError } from '../../platform/errors.js';
import type { Game } from '../games/game.js';
import { InstanceGame } from '../games/instance-game.js';
import type { InstanceParts } from '../run/instance-parts.js';
import { largestPiece, MAX_ATOMS, molblockOf, symbolOf } from './parts-of-molecule.js';

/** What stands where every atom is taken out: a molecule without atoms is none. */
const EMPTY = 'C';

/**
 * Heavy atoms of the instance's first molecule as players. Absent atoms are deleted from its structure with alternating bonds,
 * and hydrogen fills the bonds that are cut.
 */
export async function atomGame(
  parts: InstanceParts,
): Promise<{ readonly game: Game; readonly notes: readonly string[] }> {
  const { request, instance, model } = parts;
  const { pipeline } = request;
  const skeleton = await skeletonOf(parts);
  const heavy = skeleton.atoms.flatMap(({ z }, place) => (z > 1 ? [place] : []));
  if (heavy.length === 0 || skeleton.atoms.length > MAX_ATOMS)
    throw new DomainError(
      'METHOD_NOT_APPLICABLE',
      `ATOMS: expected a molecule of 1 to ${MAX_ATOMS} atoms, one of them heavier than hydrogen, got ${skeleton.atoms.length} atoms. Ask for features INPUTS.`,
      { field: ['features'] },
    );
  const placeOf = new Map(heavy.map((atom, place) => [atom, place]));
  const wholeOnly = rejectsFragments(pipeline);
  const without = (coalition: Uint8Array): unknown => {
    if (coalition.every((present) => present === 1)) return instance;
    const keeps = (atom: number) => coalition[placeOf.get(atom) ?? -1] === 1;
    const piece = wholeOnly ? largestPiece(skeleton, keeps) : null;
    const molblock = molblockOf(skeleton, piece === null ? keeps : (atom) => piece.has(atom));
    return inPlace(parts, molblock === null ? EMPTY : { molblock });
  };
  const game = new InstanceGame(
    heavy.map((atom) => {
      const symbol = symbolOf(skeleton.atoms[atom]?.z ?? 6);
      return { name: `${symbol}${atom}`, index: [atom], value: symbol, unit: null, atoms: [atom] };
    }),
    1,
    ({ coalition }) => without(coalition),
    (instances) =>
      model.instances(
        instances,
        (_, why) =>
          new DomainError(
            'METHOD_NOT_APPLICABLE',
            `Without some of its atoms the molecule is no instance of the model (${why}), so its atoms cannot be taken out. Ask for features INPUTS.`,
            { field: ['features'] },
          ),
      ),
  );
  return {
    game,
    notes: [
      `Atoms are taken out of the structure and hydrogen fills the bonds that are cut; ${
        wholeOnly
          ? 'of a molecule that falls apart the largest piece is asked, since the model takes one molecule'
          : 'a molecule that falls apart is asked as its pieces together'
      }. Without any atom, methane stands for the base.`,
    ],
  };
}

/** Atoms and bonds of the instance's molecule. */
async function skeletonOf({ request, instance, absent }: InstanceParts): Promise<Skeleton> {
  const [text] = moleculesOf(request.pipeline, [instance]);
  const [row] =
    text == null
      ? []
      : await absent.molecules.read([text], { descriptors: [], fingerprints: [], skeleton: true });
  if (row?.readable !== true || row.skeleton === null)
    throw new DomainError(
      'METHOD_NOT_APPLICABLE',
      'The instance holds no molecule that could be read again to take its atoms out.',
      {
        field: ['features'],
      },
    );
  return row.skeleton;
}

function rejectsFragments(pipeline: InstanceParts['request']['pipeline']): boolean {
  if (pipeline.format === 1)
    return 'fragments' in pipeline.instance && pipeline.instance.fragments === 'reject';
  return Object.values(pipeline.instance).some(
    (field) => field.kind === 'molecule' && field.fragments === 'reject',
  );
}

/** The instance with another molecule in place of its first. */
function inPlace({ request, instance }: InstanceParts, molecule: unknown): unknown {
  const { pipeline } = request;
  if (pipeline.format === 1) return molecule;
  const names = Object.keys(pipeline.instance);
  const name = names.find((one) => pipeline.instance[one]?.kind === 'molecule') ?? '';
  const isRecord = typeof instance === 'object' && instance !== null && Object.hasOwn(instance, name);
  if (isRecord && drawnField(pipeline) !== undefined)
    return { ...(instance as Record<string, unknown>), [name]: molecule };
  return names.length === 1 ? { [name]: molecule } : molecule;
}
