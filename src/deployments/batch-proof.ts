import {
  isRunRefused,
  joinRows,
  requiredInputs,
  splitRows,
  type LoadedModel,
  type Signature,
  type Tensor,
} from '../onnx/index.js';
import { largestDifference, tellsRowsApart } from './compare-answers.js';
import { generator, madeUpRequests, recipesFor } from './made-up-requests.js';

/** Rows of different callers may run together only after the model has shown that it answers each as if alone. */
export type Batching =
  | { readonly enabled: true; readonly maxBatchSize: number; readonly maxDifference: number }
  | { readonly enabled: false; readonly reason: string };

export const MAX_BATCH_SIZE = 32;
/** Made-up values may make a graph loop for long, or for ever, which says nothing about its rows. */
const MADE_UP_RUN = { limitMs: 10_000 };
/** Uneven on purpose: a graph that mixes rows gives itself away sooner than with equal shares. */
const PROOF_ROWS = [1, 3, 2, 1];

/**
 * Runs random requests one by one and joined, and compares. Requests that the graph refuses, or whose answers are all
 * alike and so would hide a mix-up, are followed by others.
 *
 * @throws DomainError UNAVAILABLE when the model is gone
 */
export async function proveBatching(model: LoadedModel, signature: Signature): Promise<Batching> {
  const obstacle = structuralObstacle(signature);
  if (obstacle !== null) return { enabled: false, reason: obstacle };
  const random = generator(0x5245544f);
  const { first, lastResort } = recipesFor(signature);
  let refusal: string | undefined;
  let ran = false;
  for (const recipe of [...first, ...lastResort]) {
    if (ran && lastResort.includes(recipe)) break;
    const requests = madeUpRequests(signature, PROOF_ROWS, recipe, random);
    if (requests === null) continue;
    const trial = await compare(model, requests);
    if ('refusal' in trial) {
      refusal ??= trial.refusal;
      continue;
    }
    ran = true;
    if (trial.difference === null)
      return {
        enabled: false,
        reason: 'Joined with others, a request was answered differently than alone',
      };
    if (trial.tells) return { enabled: true, maxBatchSize: MAX_BATCH_SIZE, maxDifference: trial.difference };
  }
  const reason = ran
    ? 'Its answers to made-up inputs are all alike, so nothing shows that it treats rows apart'
    : `It could not be tried with made-up inputs: ${refusal ?? 'they would be too large'}`;
  return { enabled: false, reason };
}

async function compare(
  model: LoadedModel,
  requests: readonly (readonly Tensor[])[],
): Promise<{ difference: number | null; tells: boolean } | { refusal: string }> {
  try {
    // Joined first: joining copies, running hands the arrays over.
    const joined = await model.run(joinRows(requests), undefined, MADE_UP_RUN);
    const shares = splitRows(joined.outputs, PROOF_ROWS);
    let largest = 0;
    for (const [index, request] of requests.entries()) {
      const alone = await model.run(request, undefined, MADE_UP_RUN);
      const difference = largestDifference(alone.outputs, shares[index] ?? []);
      if (difference === null) return { difference, tells: true };
      largest = Math.max(largest, difference);
    }
    return { difference: largest, tells: tellsRowsApart(joined.outputs) };
  } catch (error) {
    if (!isRunRefused(error)) throw error;
    return { refusal: error.message };
  }
}

function structuralObstacle(signature: Signature): string | null {
  const { outputs } = signature;
  const inputs = requiredInputs(signature);
  const fixed = [...inputs, ...outputs].find(({ shape, unranked }) => unranked === true || shape[0] !== -1);
  if (fixed) return `"${fixed.name}" has no variable first dimension to join rows along`;
  const names = new Set(inputs.map(({ dimensions }) => dimensions?.[0] ?? null));
  if (names.size > 1) return 'The first dimensions of its inputs vary independently of each other';
  return inputs.length === 0 ? 'It has no inputs' : null;
}
