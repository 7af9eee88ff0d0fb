import {
  decodeTensor,
  type LoadedModel,
  type Signature,
  type Tensor,
  type TensorSpec,
} from '../onnx/index.js';
import { DomainError } from '../platform/errors.js';

/**
 * Runs the model once on made-up inputs (every variable dimension 1, every value 1), so that the first real request
 * does not pay for memory arenas and lazy initialisation.
 *
 * @returns null, or why the model refused the made-up inputs. That is no failure: a graph may demand more than its
 * signature says, such as two dimensions being equal to a constant inside.
 * @throws DomainError anything but RUN_FAILED, such as the worker's death.
 */
export async function warmUp(model: LoadedModel, signature: Signature): Promise<string | null> {
  try {
    await model.run(signature.inputs.map(madeUp));
    return null;
  } catch (error) {
    if (error instanceof DomainError && error.code === 'RUN_FAILED') return error.message;
    throw error;
  }
}

function madeUp({ name, datatype, shape }: TensorSpec): Tensor {
  const concrete = shape.map((dimension) => (dimension === -1 ? 1 : dimension));
  const length = concrete.reduce((product, dimension) => product * dimension, 1);
  const value = datatype === 'BYTES' ? '' : datatype === 'BOOL' ? true : 1;
  return decodeTensor({ name, datatype, shape: concrete, data: Array.from({ length }, () => value) });
}
