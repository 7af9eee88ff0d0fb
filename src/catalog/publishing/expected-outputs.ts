import { decodeTensor, type RawTensor, type Signature, type Tensor } from '../../tensors/index.js';
import { DomainError } from '../../platform/errors.js';

/**
 * Tensors a graph is said to answer: some of its outputs, each once, in the declared type and shape.
 *
 * @throws DomainError INVALID_TENSOR
 */
export function checkExpectedOutputs(
  raw: readonly RawTensor[],
  { outputs }: Signature,
  field: readonly string[],
): Tensor[] {
  const seen = new Set<string>();
  return raw.map((given, index) => {
    const place = [...field, String(index)];
    const tensor = decoded(given, place);
    const { name } = tensor;
    const spec = outputs.find((output) => output.name === name);
    if (!spec) {
      const known = outputs.map((output) => `"${output.name}"`).join(', ');
      throw invalid(`Unknown output "${name}": expected one of ${known}`, [...place, 'name']);
    }
    if (seen.has(name)) throw invalid(`Output "${name}" came twice: give each once`, [...place, 'name']);
    seen.add(name);
    if (tensor.datatype !== spec.datatype)
      throw invalid(`Output "${name}": expected datatype ${spec.datatype}, got ${tensor.datatype}`, [
        ...place,
        'datatype',
      ]);
    const fits =
      spec.unranked === true ||
      (tensor.shape.length === spec.shape.length &&
        spec.shape.every((size, axis) => size === -1 || size === tensor.shape[axis]));
    if (!fits)
      throw invalid(
        `Output "${name}": expected shape [${spec.shape.join(',')}], got [${tensor.shape.join(',')}]`,
        [...place, 'shape'],
      );
    return tensor;
  });
}

function decoded(raw: RawTensor, field: readonly string[]): Tensor {
  try {
    return decodeTensor(raw, field);
  } catch (error) {
    if (!(error instanceof DomainError)) throw error;
    // It takes every tensor for an input.
    const message = error.message.replace(/^Input /, 'Output ');
    throw new DomainError(error.code, message, { ...(error.field && { field: error.field }), cause: error });
  }
}

function invalid(message: string, field: readonly string[]): DomainError {
  return new DomainError('INVALID_TENSOR', message, { field });
}
