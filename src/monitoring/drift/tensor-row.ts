import type { VersionRecord } from '../../catalog/index.js';
import { DomainError } from '../../platform/errors.js';
import {
  checkInputs,
  decodeTensor,
  requiredInputs,
  type Tensor,
  type TensorSpec,
} from '../../tensors/index.js';

/**
 * The tensors of one row of a version that takes tensors only, from an object by the names of its inputs: `{"x": [1, 2]}`,
 * or the values themselves where there is one input.
 *
 * @throws DomainError INVALID_ARGUMENT, INVALID_TENSOR
 */
export function tensorsOfRow(row: unknown, version: VersionRecord, field: readonly string[]): Tensor[] {
  const specs = requiredInputs(version.signature);
  const [only] = specs;
  const isByName = typeof row === 'object' && row !== null && !Array.isArray(row);
  const byName = isByName ? (row as Readonly<Record<string, unknown>>) : {};
  if (!isByName && (specs.length !== 1 || only === undefined)) throw notByName(row, specs, version, field);
  const tensors = specs.map((spec) => {
    const value = isByName ? byName[spec.name] : row;
    if (value === undefined || value === null) throw notByName(row, specs, version, field);
    return rowTensor(spec, value, [...field, spec.name]);
  });
  checkInputs(version.signature, tensors);
  return tensors;
}

function rowTensor({ name, datatype, shape }: TensorSpec, value: unknown, field: readonly string[]): Tensor {
  const data = (Array.isArray(value) ? value.flat(Infinity) : [value]) as unknown[];
  const own = shape[0] === -1 ? shape.slice(1) : shape;
  const fixed = own.filter((extent) => extent !== -1).reduce((product, extent) => product * extent, 1);
  // One open dimension follows from the number of values; of several, the nesting tells.
  const isOneOpen = own.filter((extent) => extent === -1).length <= 1;
  const extents = isOneOpen
    ? own.map((extent) => (extent === -1 ? data.length / fixed : extent))
    : nestingOf(value);
  return decodeTensor({ name, datatype, shape: shape[0] === -1 ? [1, ...extents] : extents, data }, field);
}

function nestingOf(value: unknown): number[] {
  return Array.isArray(value) ? [value.length, ...nestingOf(value[0])] : [];
}

function notByName(
  row: unknown,
  specs: readonly TensorSpec[],
  { ref }: VersionRecord,
  field: readonly string[],
): DomainError {
  const got = JSON.stringify(row);
  return new DomainError(
    'INVALID_ARGUMENT',
    `${ref} has no pipeline: expected an object with the values of ${specs.map(({ name }) => `"${name}"`).join(', ')}, got ${got.length > 80 ? `${got.slice(0, 80)}…` : got}.`,
    { field },
  );
}
