import {
  decodeTensor,
  joinRows,
  splitRows,
  type DataType,
  type LoadedModel,
  type Signature,
  type Tensor,
  type TensorSpec,
} from '../onnx/index.js';
import { DomainError } from '../platform/errors.js';

/** Rows of different callers may run together only after the model has shown that it answers each as if alone. */
export type Batching =
  | { readonly enabled: true; readonly maxBatchSize: number; readonly maxDifference: number }
  | { readonly enabled: false; readonly reason: string };

export const MAX_BATCH_SIZE = 32;
/** Uneven on purpose: a graph that mixes rows gives itself away sooner than with equal shares. */
const PROOF_ROWS = [1, 3, 2, 1];
/** Largest difference, relative to max(1, |value|), that counts as rounding; other types must agree to the bit. */
const TOLERANCE: Partial<Record<DataType, number>> = { FP16: 2e-3, FP32: 1e-5, FP64: 1e-12 };

/**
 * Runs random requests one by one and joined, and compares.
 *
 * @throws DomainError UNAVAILABLE when the model is gone
 */
export async function proveBatching(model: LoadedModel, signature: Signature): Promise<Batching> {
  const obstacle = structuralObstacle(signature);
  if (obstacle !== null) return { enabled: false, reason: obstacle };
  const random = generator(0x5245544f);
  const requests = PROOF_ROWS.map((rows) => signature.inputs.map((spec) => randomTensor(spec, rows, random)));
  try {
    // Joined first: joining copies, running hands the arrays over.
    const joined = await model.run(joinRows(requests));
    const shares = splitRows(joined.outputs, PROOF_ROWS);
    let maxDifference = 0;
    for (const [index, request] of requests.entries()) {
      const alone = await model.run(request);
      const difference = largestDifference(alone.outputs, shares[index] ?? []);
      if (difference === null)
        return {
          enabled: false,
          reason: 'Joined with others, a request was answered differently than alone',
        };
      maxDifference = Math.max(maxDifference, difference);
    }
    return { enabled: true, maxBatchSize: MAX_BATCH_SIZE, maxDifference };
  } catch (error) {
    if (!(error instanceof DomainError) || error.code !== 'RUN_FAILED') throw error;
    return { enabled: false, reason: `It could not be tried with made-up inputs: ${error.message}` };
  }
}

function structuralObstacle({ inputs, outputs }: Signature): string | null {
  const fixed = [...inputs, ...outputs].find(({ shape, unranked }) => unranked === true || shape[0] !== -1);
  if (fixed) return `"${fixed.name}" has no variable first dimension to join rows along`;
  const names = new Set(inputs.map(({ dimensions }) => dimensions?.[0] ?? null));
  if (names.size > 1) return 'The first dimensions of its inputs vary independently of each other';
  return inputs.length === 0 ? 'It has no inputs' : null;
}

/** Largest relative difference; null when shapes differ or a difference is more than rounding. */
function largestDifference(expected: readonly Tensor[], actual: readonly Tensor[]): number | null {
  let largest = 0;
  for (const [index, { datatype, shape, data }] of expected.entries()) {
    const other = actual[index];
    if (other?.shape.join() !== shape.join() || other.data.length !== data.length) return null;
    for (let element = 0; element < data.length; element += 1) {
      const [a, b] = [data[element], other.data[element]];
      if (Object.is(a, b)) continue;
      if (typeof a !== 'number' || typeof b !== 'number') return null;
      // Half floats are bits here; one unit in the last place of such bits is a relative 2^-10.
      const difference =
        datatype === 'FP16' ? Math.abs(a - b) * 2 ** -10 : Math.abs(a - b) / Math.max(1, Math.abs(a));
      if (!(difference <= (TOLERANCE[datatype] ?? 0))) return null;
      largest = Math.max(largest, difference);
    }
  }
  return largest;
}

function randomTensor({ name, datatype, shape }: TensorSpec, rows: number, random: () => number): Tensor {
  const concrete = shape.map((dimension, axis) => (axis === 0 ? rows : dimension === -1 ? 1 : dimension));
  const length = concrete.reduce((product, dimension) => product * dimension, 1);
  const value = () => {
    if (datatype === 'BYTES') return '';
    if (datatype === 'BOOL') return random() < 0.5;
    // Integers are often indices or counts: small ones are most likely to be taken.
    return /^U?INT/.test(datatype) ? Math.floor(random() * 4) : random() * 2 - 1;
  };
  return decodeTensor({ name, datatype, shape: concrete, data: Array.from({ length }, value) });
}

/** Mulberry32, so that the same model is judged the same way every time. */
function generator(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
