import { requiredInputs } from './default-inputs.js';
import { decodeTensor } from './decode-tensor.js';
import type { Signature, Tensor } from './tensor.js';

/** Inputs a graph may well accept: every variable dimension is 1, every value 1 ("1" for strings); optional ones are left out. */
export function madeUpInputs(signature: Signature): Tensor[] {
  return requiredInputs(signature).map(({ name, datatype, shape }) => {
    const concrete = shape.map((dimension) => (dimension === -1 ? 1 : dimension));
    const length = concrete.reduce((product, dimension) => product * dimension, 1);
    const value = datatype === 'BYTES' ? '1' : datatype === 'BOOL' ? true : 1;
    return decodeTensor({ name, datatype, shape: concrete, data: Array.from({ length }, () => value) });
  });
}
