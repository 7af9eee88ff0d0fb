import { isRunRefused, type LoadedModel } from '../../runtime/index.js';
import { joinRows, splitRows, type Signature, type Tensor } from '../../tensors/index.js';
import { type RowProof } from '../../onnx/index.js';
import { DomainError } from '../../platform/errors.js';
import { obstacleOf } from './batching.js';
import { largestDifference } from './compare-answers.js';
import { extremeRecipes, generator, madeUpRequests, usualRecipes, type Recipe } from './made-up-requests.js';
import type { TrialOutcome } from './row-verdict.js';

/** Uneven on purpose: a graph that mixes rows gives itself away sooner than with equal shares. */
const TRIAL_ROWS = [1, 3, 2, 1];
/** A slow model is not kept from serving by trials that only confirm what its graph shows. */
const CONFIRMING_MS = 2_000;

/** Made-up values may make a graph loop for long, or for ever, which says nothing about its rows. */
const MADE_UP_RUN = { limitMs: 10_000 };

const CONTRADICTION =
  'On trial with made-up rows, a request was answered differently beside others than alone';
const REFUSAL = 'On trial with made-up rows, it refused together what it answers alone';

/**
 * Runs made-up requests alone and together, and compares. Requests that the graph refuses either way say nothing.
 *
 * With extreme values rounding alone can tell a run of one row from a run of many. There a request beside others is
 * compared with the same request beside copies of itself: in runs of one size rounding is the same, and only the
 * neighbours differ.
 *
 * @throws DomainError UNAVAILABLE when the model is gone
 */
export async function tryRows(
  model: LoadedModel,
  signature: Signature,
  { proven, tables }: Pick<RowProof, 'proven' | 'tables'>,
): Promise<TrialOutcome> {
  const random = generator(0x5245544f);
  if (obstacleOf(signature) !== null) return { agrees: true, maxDifference: null };
  const began = performance.now();
  const found: { maxDifference: number | null; size: number | null } = { maxDifference: null, size: null };
  const attempt = async (recipe: Recipe, compare: Compare): Promise<TrialOutcome | null> => {
    const requests = madeUpRequests(signature, tables, TRIAL_ROWS, recipe, random);
    const seen = requests && (await compare(model, requests));
    if (seen === null || 'nothing' in seen) return null;
    if ('how' in seen) return { agrees: false, how: seen.how };
    found.maxDifference = Math.max(found.maxDifference ?? 0, seen.difference);
    found.size ??= recipe.size;
    return null;
  };
  for (const recipe of usualRecipes(signature)) {
    const contradiction = await attempt(recipe, besideNobody);
    if (contradiction) return contradiction;
    // Values for small tables and logarithms, and larger pictures, where the usual ones were refused.
    if (found.size !== null && proven) break;
  }
  for (const recipe of extremeRecipes(found.size ?? 1)) {
    if (proven && performance.now() - began > CONFIRMING_MS) break;
    const contradiction = await attempt(recipe, besideThemselves);
    if (contradiction) return contradiction;
  }
  return { agrees: true, maxDifference: found.maxDifference };
}

type Requests = readonly (readonly Tensor[])[];
type Found = { readonly difference: number } | { readonly how: string } | { readonly nothing: true };
type Compare = (model: LoadedModel, requests: Requests) => Promise<Found>;

/** Each request alone, and all together. */
const besideNobody: Compare = async (model, requests) => {
  // Joined first: joining copies, running hands the arrays over.
  const joined = await answersOf(model, joinRows(requests));
  const alone: (readonly Tensor[] | null)[] = [];
  for (const request of requests) alone.push(await answersOf(model, request));
  if (joined === null) return alone.includes(null) ? { nothing: true } : { how: REFUSAL };
  const shares = sharesOf(joined, TRIAL_ROWS);
  if (shares === null) return { how: REFUSAL };
  return difference(alone, shares);
};

/** All together; and each of the first two alone, as often as there are rows together. */
const besideThemselves: Compare = async (model, requests) => {
  const total = TRIAL_ROWS.reduce((sum, count) => sum + count, 0);
  const copies = requests.map((request, index) => {
    const ahead = TRIAL_ROWS.slice(0, index).reduce((sum, count) => sum + count, 0);
    return request.map((tensor) => repeated(tensor, ahead, total));
  });
  const joined = await answersOf(model, joinRows(requests));
  const own: (readonly Tensor[] | null)[] = [];
  for (const [index, copy] of copies.entries()) {
    const answers = index < 2 ? await answersOf(model, copy) : null;
    own.push(answers && (sharesOf(answers, TRIAL_ROWS)?.[index] ?? null));
  }
  if (joined === null) return { nothing: true };
  const shares = sharesOf(joined, TRIAL_ROWS);
  return shares === null ? { how: REFUSAL } : difference(own, shares);
};

function difference(expected: readonly (readonly Tensor[] | null)[], shares: Requests): Found {
  let largest: number | null = null;
  for (const [index, answer] of expected.entries()) {
    if (answer === null) continue;
    const found = largestDifference(answer, shares[index] ?? []);
    if (found === null) return { how: CONTRADICTION };
    largest = Math.max(largest ?? 0, found);
  }
  return largest === null ? { nothing: true } : { difference: largest };
}

/** Null when the graph refuses them. */
async function answersOf(model: LoadedModel, inputs: readonly Tensor[]): Promise<readonly Tensor[] | null> {
  try {
    return (await model.run(inputs, undefined, MADE_UP_RUN)).outputs;
  } catch (error) {
    if (!isRunRefused(error)) throw error;
    return null;
  }
}

/** Null when it does not answer one row for each row. */
function sharesOf(outputs: readonly Tensor[], counts: readonly number[]): Tensor[][] | null {
  try {
    return splitRows(outputs, counts);
  } catch {
    return null;
  }
}

/** Its rows again and again, so many, those at `ahead` being in their own order. */
function repeated({ name, datatype, shape, data }: Tensor, ahead: number, total: number): Tensor {
  const [count = 1] = shape;
  const length = data.length / Math.max(1, count);
  const rows = Array.from({ length: total }, (_, row) => (((row - ahead) % count) + count) % count);
  const one = (row: number): Tensor => ({ name, datatype, shape: [1, ...shape.slice(1)], data: data.slice(row * length, (row + 1) * length) }); // prettier-ignore
  const [joined] = joinRows(rows.map((row) => [one(row)]));
  if (!joined) throw new DomainError('INTERNAL', 'No rows were repeated');
  return joined;
}
