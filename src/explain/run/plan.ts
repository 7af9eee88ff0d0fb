import { describeInstance } from '../../pipelines/index.js';
import type { SolverRegistry } from '../methods/solver-registry.js';
import { MAX_EXACT_PLAYERS } from '../shapley/exact-shapley.js';
import type { ExplainedRequest } from './explained.js';
import { chooseMethod, type Choice } from './method-choice.js';

/** Rows of a request that somebody waits for; what needs more is a job. */
const LONGEST_DIRECT_ROWS = 400_000;
const MOST_DIRECT_INSTANCES = 50;
/** Coalitions that sampling takes as a rule, for each player. */
const COALITIONS_A_PLAYER = 40;

export async function isLong(request: ExplainedRequest, solvers: SolverRegistry): Promise<boolean> {
  if (request.input.instances.length > MOST_DIRECT_INSTANCES) return true;
  const rows = Math.min(await plannedRows(request, solvers), request.input.budget.rows ?? Infinity);
  return rows > LONGEST_DIRECT_ROWS;
}

/**
 * Rows that all instances are likely to need, before any is read: the number of quantities is a guess where it differs from
 * instance to instance.
 *
 * @throws DomainError METHOD_NOT_APPLICABLE as `chooseMethod`
 */
export async function plannedRows(request: ExplainedRequest, solvers: SolverRegistry): Promise<number> {
  const { input, background, features } = request;
  const players = guessedPlayers(request);
  if (players === null) return 0;
  const isRemoval = features === 'ATOMS' || features === 'TOKENS';
  const backgrounds = isRemoval || input.baseline !== null ? 1 : (background?.instances.length ?? null);
  const choice = await chooseMethod(request, { players, backgrounds }, solvers);
  return input.instances.length * rowsOf(choice, players, backgrounds ?? 1, request);
}

function rowsOf(choice: Choice, players: number, backgrounds: number, { input }: ExplainedRequest): number {
  if (choice.by === 'SOLVER') return 0;
  switch (choice.method) {
    case 'LIME':
      return input.lime.samples;
    case 'OCCLUSION':
      return (players + 2) * backgrounds;
    default:
      return (choice.exact ? 2 ** players : COALITIONS_A_PLAYER * players) * backgrounds;
  }
}

/** Null where only the instance can tell. */
function guessedPlayers({ pipeline, features, input }: ExplainedRequest): number | null {
  const grouped = input.groups === null ? 0 : input.groups.reduce((sum, group) => sum + group.length - 1, 0);
  if (features === 'FIELDS') return Math.max(1, describeInstance(pipeline).fields.length - grouped);
  if (features === 'INPUTS') {
    let width = 0;
    for (const { shape } of Object.values<{ readonly shape: readonly number[] }>(pipeline.inputs)) {
      const own = shape.slice(shape[0] === -1 ? 1 : 0);
      if (own.includes(-1)) return null;
      width += own.reduce((product, extent) => product * extent, 1);
    }
    return Math.max(1, width - grouped);
  }
  return input.method === 'SHAPLEY' ? MAX_EXACT_PLAYERS : null;
}
