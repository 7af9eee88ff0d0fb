import { createHmac } from 'node:crypto';
import { DomainError } from '../../platform/errors.js';
import { elementReader, type RawTensor } from '../../tensors/index.js';

const FIELD = ['subject'];
const MAX_LENGTH = 200_000;

/**
 * A subject as it is kept: its value cannot be read back from it, and one subject's of two deployments cannot be told to be
 * the same.
 */
export function subjectHash(deploymentId: string, value: string | number): string {
  return createHmac('sha256', deploymentId)
    .update(`${typeof value} ${value}`)
    .digest('base64url');
}

/** The value of the field that identifies the subject of an instance; null where it is none that could. */
export function subjectOfInstance(instance: unknown, field: string): string | number | null {
  // A mere text is the molecule's SMILES.
  const value =
    typeof instance === 'object' && instance !== null
      ? (instance as Readonly<Record<string, unknown>>)[field]
      : field === 'smiles'
        ? instance
        : null;
  return typeof value === 'string' || typeof value === 'number' ? value : null;
}

/** The same of an input tensor of one element, or of one element a row in a single row. */
export function subjectOfTensors(inputs: readonly RawTensor[], field: string): string | number | null {
  const tensor = inputs.find(({ name }) => name === field);
  if (!tensor || tensor.shape.some((extent) => extent !== 1)) return null;
  return elementReader(tensor)(0);
}

/** @throws DomainError INVALID_ARGUMENT */
export function checkSubject(value: unknown): string | number {
  if (typeof value === 'number' || (typeof value === 'string' && value.length <= MAX_LENGTH)) return value;
  throw new DomainError(
    'INVALID_ARGUMENT',
    'Expected the value of the field that identifies a subject, a text or a number.',
    {
      field: FIELD,
    },
  );
}
