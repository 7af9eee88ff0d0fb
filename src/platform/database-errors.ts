import { DomainError } from './errors.js';
import { DatabaseUnavailable } from './failures.js';

/**
 * Codes by which Prisma tells that the database did not answer, rather than that it refused: unreachable (P1001), gone (P1003),
 * timed out (P1002, P1008), closed (P1017), no free connection (P2024), no transaction begun in time (P2028).
 */
const UNREACHABLE = new Set([
  'P1000',
  'P1001',
  'P1002',
  'P1003',
  'P1008',
  'P1010',
  'P1011',
  'P1017',
  'P2024',
  'P2028',
]);
/** What sockets and PostgreSQL itself say in the same cases (class 57P: the server is shutting down). */
const UNREACHABLE_CAUSE =
  /^(?:ECONN\w+|EPIPE|ETIMEDOUT|ENOTFOUND|EHOSTUNREACH|ENETUNREACH|ENOENT|57P0[123]|08\w{3}|53300|3D000|28P01|28000)$/;

const UNIQUE_VIOLATION = 'P2002';
/** Raised by the database when a server writes that another one has replaced. */
const EPOCH_OVER = 'RT001';
/** PostgreSQL's text holds any character but U+0000, not even to compare with. */
const UNTRANSLATABLE = '22021';
const FOREIGN_KEY_VIOLATIONS = new Set(['P2003', '23503']);

export function isUniqueViolation(error: unknown): boolean {
  return codesOf(error).includes(UNIQUE_VIOLATION);
}

export function isForeignKeyViolation(error: unknown): boolean {
  return codesOf(error).some((code) => FOREIGN_KEY_VIOLATIONS.has(code));
}

/**
 * What an error that the database client threw means to a caller: UNAVAILABLE when it could not be reached,
 * STORAGE_FULL when its disk is full, INVALID_ARGUMENT for a text that it cannot even compare. Null for anything else, such as a mistake in a query.
 */
export function databaseProblem(error: unknown): DomainError | null {
  // By its shape and not its class: a driver's error may come from another realm.
  if (typeof error !== 'object' || error === null || error instanceof DomainError) return null;
  const { name, message } = error as Record<string, unknown>;
  if (typeof name !== 'string' || typeof message !== 'string') return null;
  if (/No space left on device|could not extend file/i.test(message)) {
    return new DatabaseUnavailable(
      "The database's disk is full, so nothing was changed. Free some space there, then try again.",
      { code: 'STORAGE_FULL', cause: error },
    );
  }
  if (codesOf(error).includes(EPOCH_OVER) || message.includes('another Retort process writes here')) {
    return new DatabaseUnavailable(
      'Another Retort process has taken over the database, so this server writes nothing. Nothing was changed; send the request to the other one, or stop one of the two.',
      { cause: error },
    );
  }
  if (codesOf(error).includes(UNTRANSLATABLE) || message.includes('invalid byte sequence for encoding')) {
    return new DomainError(
      'INVALID_ARGUMENT',
      'Expected texts without the character U+0000, which nothing stored here holds, got one with it. Leave it out.',
      { cause: error },
    );
  }
  const unreachable =
    name === 'PrismaClientInitializationError' ||
    codesOf(error).some((code) => UNREACHABLE.has(code) || UNREACHABLE_CAUSE.test(code)) ||
    // Raw queries and the driver's pool lose the code on the way and keep the words.
    /Can't reach database server|Server has closed the connection|^Connection terminated|^timeout exceeded when trying to connect/.test(
      message,
    );
  return unreachable
    ? new DatabaseUnavailable(
        'The database does not answer at the moment. Nothing was changed; try again shortly.',
        { cause: error },
      )
    : null;
}

/** The codes of an error and of what caused it: driver adapters keep the database's own code below Prisma's. */
function codesOf(error: unknown, depth = 0): string[] {
  if (typeof error !== 'object' || error === null || depth > 5) return [];
  const { code, originalCode, cause, meta, driverAdapterError } = error as Record<string, unknown>;
  const own = [code, originalCode].filter((value) => typeof value === 'string');
  return [...own, ...[cause, meta, driverAdapterError].flatMap((inner) => codesOf(inner, depth + 1))];
}
