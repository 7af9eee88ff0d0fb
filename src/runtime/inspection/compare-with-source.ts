import type { InferenceSession as Session } from 'onnxruntime-node';
import { madeUpInputs } from '../../tensors/index.js';
import { ModelProblem } from '../../onnx/index.js';
import { isServed } from '../../onnx/index.js';
import type { GraphReading } from '../../onnx/index.js';
import { feedsOf } from '../sessions/runtime-feeds.js';
import { InferenceSession } from '../sessions/runtime.js';
import { DEFAULT_SETTINGS, sessionOptions } from '../sessions/session-options.js';
import type { Signature } from '../../tensors/index.js';

/** Operators whose outputs are not the same twice. */
const RANDOM = /^(Random|Multinomial|Bernoulli|Dropout|TrainableDropout)/;
/** Two graphs may be optimised in different orders; relative to the larger of the two values, or to 1. */
const TOLERANCE = 1e-5;

/**
 * Runs the artifact itself on the same made-up inputs as the graph derived from it, and compares every output that both
 * can answer. That the bytes around the rewrites are the same has been shown by then; this is the other half of the proof.
 *
 * @param answer of the derived graph
 * @throws ModelProblem UNSUPPORTED_MODEL when they answer differently
 */
export async function compareWithSource(
  path: string,
  source: GraphReading,
  signature: Signature,
  answer: Session.ReturnType,
): Promise<void> {
  if (Object.keys(source.summary.operators).some((operator) => RANDOM.test(operator))) return;
  // Tensors of types that were cast at the edge are none that the runtime's binding takes or gives.
  if (!source.inputs.every(({ type }) => isServed(type))) return;
  const outputs = source.outputs.filter(({ type }) => isServed(type)).map(({ name }) => name);
  if (outputs.length === 0) return;
  const original = await tryToLoad(path);
  if (original === undefined) return;
  try {
    const expected = await original.run(feedsOf(madeUpInputs(signature)), outputs).catch(() => undefined);
    if (expected === undefined) return;
    for (const name of outputs)
      if (!sameValues(expected[name], answer[name]))
        throw new ModelProblem(
          'UNSUPPORTED_MODEL',
          `Output "${name}" is not the same after the graph was prepared for serving: send this model to Retort's developers`,
        );
  } finally {
    await original.release();
  }
}

/** The binding may refuse the artifact for the very types that were rewritten. */
async function tryToLoad(path: string): Promise<Session | undefined> {
  try {
    return await InferenceSession.create(path, sessionOptions(DEFAULT_SETTINGS));
  } catch {
    return undefined;
  }
}

type Value = Session.ReturnType[string] | undefined;

function sameValues(one: Value, other: Value): boolean {
  if (one === undefined || other === undefined) return false;
  if (one.type !== other.type || one.dims.join() !== other.dims.join()) return false;
  const [ours, theirs] = [one.data as ArrayLike<unknown>, other.data as ArrayLike<unknown>];
  for (let index = 0; index < ours.length; index += 1)
    if (!sameValue(ours[index], theirs[index])) return false;
  return true;
}

function sameValue(one: unknown, other: unknown): boolean {
  if (Object.is(one, other) || one === other) return true;
  if (typeof one !== 'number' || typeof other !== 'number') return false;
  return Math.abs(one - other) <= TOLERANCE * Math.max(1, Math.abs(one), Math.abs(other));
}
