import { DomainError } from '../platform/errors.js';

/**
 * Codes by which Prisma tells that the database did not answer, rather than that it refused: unreachable (P1001),
 * timed out (P1002, P1008), closed (P1017), no free connection (P2024), no transaction begun in time (P2028).
 */
const UNREACHABLE = new Set([
  'P1000',
  'P1001',
  'P1002',
  'P1008',
  'P1010',
  'P1011',
  'P1017',
  'P2024',
  'P2028',
]);
/** What sockets and PostgreSQL itself say in the same cases (class 57P: the server is shutting down). */
const UNREACHABLE_CAUSE =
  /^(?:ECONN\w+|EPIPE|ETIMEDOUT|ENOTFOUND|EHOSTUNREACH|ENETUNREACH|ENOENT|57P0[123]|08\w{3}|53300)$/;

const UNIQUE_VIOLATION = 'P2002';
const FOREIGN_KEY_VIOLATIONS = new Set(['P2003', '23503']);

export function isUniqueViolation(error: unknown): boolean {
  return codesOf(error).includes(UNIQUE_VIOLATION);
}

export function isForeignKeyViolation(error: unknown): boolean {
  return codesOf(error).some((code) => FOREIGN_KEY_VIOLATIONS.has(code));
}

/** True when the database could not be reached, so that the same request may succeed later. */
export function isDatabaseUnavailable(error: unknown): boolean {
  if (error instanceof DomainError) return error.code === 'UNAVAILABLE';
  if (error instanceof Error && error.name === 'PrismaClientInitializationError') return true;
  if (!(error instanceof Error) || !error.name.startsWith('PrismaClient')) return false;
  return codesOf(error).some((code) => UNREACHABLE.has(code) || UNREACHABLE_CAUSE.test(code));
}

export function databaseUnavailable(cause: unknown): DomainError {
  return new DomainError(
    'UNAVAILABLE',
    'The database does not answer at the moment. Nothing was changed; try again shortly.',
    { cause },
  );
}

/** Lets domain errors pass and turns an unreachable database into UNAVAILABLE. */
export async function reachable<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw isDatabaseUnavailable(error) && !(error instanceof DomainError)
      ? databaseUnavailable(error)
      : error;
  }
}

/** The codes of an error and of what caused it: driver adapters keep the database's own code below Prisma's. */
function codesOf(error: unknown, depth = 0): string[] {
  if (typeof error !== 'object' || error === null || depth > 5) return [];
  const { code, originalCode, cause, meta, driverAdapterError } = error as Record<string, unknown>;
  const own = [code, originalCode].filter((value) => typeof value === 'string');
  return [...own, ...[cause, meta, driverAdapterError].flatMap((inner) => codesOf(inner, depth + 1))];
}
