import { checkNarrowValues } from './check-narrow-values.js';
import { formatShape, invalidTensor } from './tensor-error.js';
import type { Signature, Tensor, TensorSpec } from './tensor.js';

/**
 * Compares tensors with what a graph takes, before anything is queued: the runtime ignores inputs it does not know
 * and finds the rest too late.
 * @param outputs names of the outputs asked for; none, or an empty list, means all.
 * @throws DomainError INVALID_TENSOR
 */
export function checkInputs(
  signature: Signature,
  inputs: readonly Tensor[],
  outputs?: readonly string[],
): void {
  const expected = new Map(signature.inputs.map((spec) => [spec.name, spec]));
  const seen = new Set<string>();
  for (const [index, tensor] of inputs.entries()) {
    const field = ['inputs', String(index)];
    const spec = expected.get(tensor.name);
    if (spec === undefined)
      throw invalidTensor(
        `Unknown input "${tensor.name}": expected ${list(signature.inputs)}`,
        field,
        'name',
      );
    if (seen.has(tensor.name))
      throw invalidTensor(`Input "${tensor.name}" came twice: send each input once`, field, 'name');
    seen.add(tensor.name);
    checkTensor(tensor, spec, field);
    checkNarrowValues(tensor, spec, field);
  }
  for (const spec of signature.inputs)
    if (!seen.has(spec.name) && spec.default === undefined)
      throw invalidTensor(`Missing input ${formatSpec(spec)}`, ['inputs']);
  checkOutputs(signature, outputs ?? []);
}

function checkTensor(tensor: Tensor, spec: TensorSpec, field: readonly string[]): void {
  if (tensor.datatype !== spec.datatype)
    throw invalidTensor(
      `Input "${spec.name}": expected datatype ${spec.datatype}, got ${tensor.datatype}`,
      field,
      'datatype',
    );
  if (spec.unranked === true) return;
  const fits =
    tensor.shape.length === spec.shape.length &&
    spec.shape.every((size, dimension) => size === -1 || size === tensor.shape[dimension]);
  if (!fits)
    throw invalidTensor(
      `Input "${spec.name}": expected shape ${formatShape(spec.shape)}, got ${formatShape(tensor.shape)}`,
      field,
      'shape',
    );
}

function checkOutputs(signature: Signature, outputs: readonly string[]): void {
  const known = new Set(signature.outputs.map((spec) => spec.name));
  const seen = new Set<string>();
  for (const [index, name] of outputs.entries()) {
    const field = ['outputs', String(index)];
    if (!known.has(name))
      throw invalidTensor(`Unknown output "${name}": expected ${list(signature.outputs)}`, field);
    if (seen.has(name)) throw invalidTensor(`Output "${name}" is asked for twice: name it once`, field);
    seen.add(name);
  }
}

// Enough to find a misspelt name; a graph with hundreds of inputs must not fill a message.
const listed = 8;

function list(specs: readonly TensorSpec[]): string {
  if (specs.length === 0) return 'none';
  const rest = specs.length > listed ? ` and ${specs.length - listed} more` : '';
  return specs.slice(0, listed).map(formatSpec).join(', ') + rest;
}

function formatSpec(spec: TensorSpec): string {
  return `"${spec.name}" (${spec.datatype} ${spec.unranked === true ? 'of any shape' : formatShape(spec.shape)}${spec.default === undefined ? '' : ', optional'})`;
}
