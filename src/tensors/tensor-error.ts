import { DomainError } from '../platform/errors.js';

/** The one way a tensor is refused: `Input "x": what was expected, what came`. */
export function invalidTensor(message: string, field?: readonly string[], ...rest: string[]): DomainError {
  return new DomainError(
    'INVALID_TENSOR',
    message,
    field === undefined ? {} : { field: [...field, ...rest] },
  );
}

/** What came, short enough for a message whatever its size. */
export function describe(value: unknown): string {
  switch (typeof value) {
    case 'string':
      return value.length > 40 ? `${JSON.stringify(value.slice(0, 40))}…` : JSON.stringify(value);
    case 'number':
    case 'boolean':
    case 'bigint':
    case 'undefined':
      return String(value);
    default:
      if (value === null) return 'null';
      return Array.isArray(value) ? `an array of ${value.length}` : `an ${typeof value}`;
  }
}

export function formatShape(shape: readonly number[]): string {
  return `[${shape.join(',')}]`;
}
