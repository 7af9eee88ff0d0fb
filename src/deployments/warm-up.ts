import { madeUpInputs, type LoadedModel, type Signature } from '../onnx/index.js';
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
    await model.run(madeUpInputs(signature));
    return null;
  } catch (error) {
    if (error instanceof DomainError && error.code === 'RUN_FAILED') return error.message;
    throw error;
  }
}
