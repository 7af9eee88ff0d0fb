import {
  decodeTensor,
  nearestNarrow,
  requiredInputs,
  type Signature,
  type Tensor,
  type TensorSpec,
} from '../../tensors/index.js';
import { seededRandom } from '../../platform/seeded-random.js';

/** Of a variable dimension that is not the batch. */
const OTHER_SIZE = 3;

/**
 * Inputs a signature allows, the same for the same seed: floats from −1 to 1, whole numbers from 0 to 3 (they are often
 * indices), true or false, short words. A first variable dimension gets the rows, as does every other of its name.
 */
export function generatedTensors(signature: Signature, rows: number, seed: number): Tensor[] {
  const inputs = requiredInputs(signature);
  const random = seededRandom(seed);
  const batch = new Set(
    inputs.map(({ shape, dimensions }) => (shape[0] === -1 ? (dimensions?.[0] ?? null) : null)),
  );
  return inputs.map((spec) => {
    const shape = spec.shape.map((size, axis) => {
      if (size !== -1) return size;
      const name = spec.dimensions?.[axis] ?? null;
      return axis === 0 || (name !== null && batch.has(name)) ? rows : OTHER_SIZE;
    });
    const length = shape.reduce((product, size) => product * size, 1);
    const { name, datatype } = spec;
    return decodeTensor({ name, datatype, shape, data: Array.from({ length }, () => element(spec, random)) });
  });
}

function element({ datatype, storedAs }: TensorSpec, random: () => number): unknown {
  if (datatype === 'BYTES') return ['one', 'two', 'three', 'four'][Math.floor(random() * 4)];
  if (datatype === 'BOOL') return random() < 0.5;
  const value = /^U?INT/.test(datatype) ? Math.floor(random() * 4) : random() * 2 - 1;
  return storedAs === undefined ? value : nearestNarrow(storedAs)(value);
}
