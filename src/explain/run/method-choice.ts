import { DomainError } from '../../platform/errors.js';
import { MAX_EXACT_PLAYERS } from '../shapley/exact-shapley.js';
import type { ExplainedModel, TensorSolver } from '../methods/explanation-method.js';
import type { SolverRegistry } from '../methods/solver-registry.js';
import type { ExplainedRequest, Method } from './explained.js';

/** More rows of one instance would take long enough that sampling answers sooner. */
const EXACT_ROWS = 200_000;
/** A regression over more unknowns takes longer than the model. */
export const MAX_KERNEL_PLAYERS = 512;

/** How one instance is explained. */
export type Choice =
  | {
      readonly by: 'SOLVER';
      readonly solver: TensorSolver;
      readonly method: Method;
      readonly reason: string | null;
    }
  | { readonly by: 'GAME'; readonly method: Method; readonly exact: boolean; readonly reason: string | null };

interface Shape {
  readonly players: number;
  /** 1 where absent players are removed or get a baseline; null where there is neither background nor baseline. */
  readonly backgrounds: number | null;
}

/**
 * The method that is asked for, or by AUTO the most exact one that the budget is made for.
 *
 * @throws DomainError METHOD_NOT_APPLICABLE with the reason and what would apply
 */
export async function chooseMethod(
  request: ExplainedRequest,
  { players, backgrounds }: Shape,
  solvers: SolverRegistry,
): Promise<Choice> {
  const { input, features } = request;
  const subsets = 2 ** players;
  const coalitionRows = subsets * (backgrounds ?? 1);
  switch (input.method) {
    case 'TREE_SHAP':
    case 'INTEGRATED_GRADIENTS':
      return byInsight(request, input.method, solvers);
    case 'SHAPLEY': {
      const linear = features === 'INPUTS' ? await applying(solvers.of('SHAPLEY'), request) : null;
      if (linear && 'method' in linear)
        return { by: 'SOLVER', solver: linear, method: 'SHAPLEY', reason: null };
      if (players <= MAX_EXACT_PLAYERS) return game('SHAPLEY', true, null);
      throw refuse(
        `Exact Shapley values of ${players} quantities would need 2^${players} coalitions. KERNEL_SHAP estimates them with error bars${features === 'INPUTS' ? ', TREE_SHAP has them exactly where the model is an ensemble of trees' : ''}; or give groups, at most ${MAX_EXACT_PLAYERS}`,
      );
    }
    case 'KERNEL_SHAP':
      if (players > MAX_KERNEL_PLAYERS)
        throw refuse(
          `KERNEL_SHAP takes at most ${MAX_KERNEL_PLAYERS} quantities, and there are ${players}: give groups, or ask for OCCLUSION`,
        );
      return game('KERNEL_SHAP', players <= MAX_EXACT_PLAYERS && coalitionRows <= EXACT_ROWS, null);
    case 'LIME':
    case 'OCCLUSION':
      return game(input.method, false, null);
    case 'AUTO':
      return automatic(request, { players, backgrounds }, solvers);
  }
}

async function automatic(
  request: ExplainedRequest,
  { players, backgrounds }: Shape,
  solvers: SolverRegistry,
): Promise<Choice> {
  const { features, input } = request;
  if (features === 'TOKENS') return game('LIME', false, 'Of words: a local model around the text.');
  if (features === 'REGIONS') return game('OCCLUSION', false, 'Of regions: one is covered at a time.');
  if (features === 'ATOMS')
    return game('OCCLUSION', false, 'Of a molecule: one atom is taken out at a time.');
  if (features === 'INPUTS' && input.groups === null)
    for (const solver of solvers.all()) {
      if (solver.method === 'SHAPLEY' && backgrounds === null) continue;
      // Gradients answer another question; they come after everything that gives Shapley values.
      if (solver.method === 'INTEGRATED_GRADIENTS' && backgrounds !== null) continue;
      const found = await solver.applies(request);
      if (found.applies) return { by: 'SOLVER', solver, method: solver.method, reason: reasonOf(solver) };
    }
  if (backgrounds === null)
    return game(
      'OCCLUSION',
      false,
      'There is no background to draw absent quantities from: each is set to 0, one at a time.',
    );
  if (players <= MAX_EXACT_PLAYERS && 2 ** players * backgrounds <= EXACT_ROWS)
    return game(
      'SHAPLEY',
      true,
      `${players} quantities have few enough coalitions (${2 ** players}) to ask all.`,
    );
  if (players <= MAX_KERNEL_PLAYERS)
    return game(
      'KERNEL_SHAP',
      false,
      `${players} quantities have too many coalitions to ask all: they are sampled.`,
    );
  return game(
    'OCCLUSION',
    false,
    `${players} quantities are too many to sample coalitions of: one is replaced at a time.`,
  );
}

async function byInsight(
  request: ExplainedRequest,
  method: 'TREE_SHAP' | 'INTEGRATED_GRADIENTS',
  solvers: SolverRegistry,
): Promise<Choice> {
  const found = await applying(solvers.of(method), request);
  if (found && 'method' in found) return { by: 'SOLVER', solver: found, method, reason: null };
  throw refuse(
    found?.reason ?? `${method} is not part of this server; SHAPLEY and KERNEL_SHAP explain any model`,
  );
}

async function applying(
  solvers: readonly TensorSolver[],
  model: ExplainedModel,
): Promise<TensorSolver | { readonly reason: string } | null> {
  let refused: { readonly reason: string } | null = null;
  for (const solver of solvers) {
    const found = await solver.applies(model);
    if (found.applies) return solver;
    refused ??= found;
  }
  return refused;
}

function reasonOf({ method }: TensorSolver): string {
  return {
    SHAPLEY: 'The graph is linear: its Shapley values are exact from a few rows.',
    TREE_SHAP: 'The graph is an ensemble of trees: its Shapley values are exact by their structure.',
    INTEGRATED_GRADIENTS: 'The graph has gradients, and there is no background for Shapley values.',
    KERNEL_SHAP: 'Shapley values are estimated.',
    LIME: 'A local model is fitted.',
    OCCLUSION: 'Parts are covered.',
  }[method];
}

function game(method: Method, exact: boolean, reason: string | null): Choice {
  return { by: 'GAME', method, exact, reason };
}

function refuse(message: string): DomainError {
  return new DomainError('METHOD_NOT_APPLICABLE', `${message.replace(/\.$/u, '')}.`, { field: ['method'] });
}
