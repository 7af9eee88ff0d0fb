/**
 * Every error Retort raises on purpose. `message` is written for the caller: what was expected, what came, and
 * what to do. `field` is the path inside the input that is at fault. Transports map `code` once each.
 */
export class DomainError extends Error {
  override readonly name = 'DomainError';
  readonly field: readonly string[] | undefined;
  /** When the same request is likely to succeed, in milliseconds from now; undefined when trying again will not help. */
  readonly retryAfterMs: number | undefined;
  /** What is wrong as well, where more than one thing is. */
  readonly also: readonly DomainError[];

  constructor(
    readonly code: ErrorCode,
    message: string,
    options: {
      field?: readonly string[];
      cause?: unknown;
      retryAfterMs?: number;
      also?: readonly DomainError[];
    } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.field = options.field;
    this.retryAfterMs = options.retryAfterMs;
    this.also = options.also ?? [];
  }
}

/** The codes of one domain: what a caller can put right, and what a caller cannot. */
export interface ErrorCodes<User extends string, System extends string> {
  readonly user: readonly User[];
  readonly system: readonly System[];
}

export type NamedCodes<Codes extends readonly string[]> = { readonly [Code in Codes[number]]: true };

const registered: ErrorCodes<string, string> & { user: string[]; system: string[] } = {
  user: [],
  system: [],
};

/**
 * Registers the codes of a domain: its `error-codes.ts` calls this once, when the domain's `index.ts` is loaded, and
 * merges the same lists into `UserErrorCodes` and `SystemErrorCodes`. A code of no domain does not compile.
 */
export function defineErrorCodes<const User extends string = never, const System extends string = never>({
  user = [],
  system = [],
}: Partial<ErrorCodes<User, System>>): ErrorCodes<User, System> {
  for (const code of [...user, ...system])
    if (isRegistered(code))
      throw new Error(`Expected a new error code, got ${code}, which is defined already.`);
  registered.user.push(...user);
  registered.system.push(...system);
  return { user, system };
}

/** The codes of the domains that are loaded; of all of them, once `app.ts` is. */
export function registeredErrorCodes(): ErrorCodes<string, string> {
  return registered;
}

function isRegistered(code: string): boolean {
  return registered.user.includes(code) || registered.system.includes(code);
}

export const GENERAL_CODES = defineErrorCodes({
  user: ['INVALID_ARGUMENT', 'CURSOR_INVALID', 'CURSOR_EXPIRED'],
  system: ['DEADLINE_EXCEEDED', 'OVERLOADED', 'STORAGE_FULL', 'UNAVAILABLE', 'INTERNAL'],
});

/** What a caller can put right: a `userError` in GraphQL, 4xx over REST. Each domain merges its own into it. */
export interface UserErrorCodes extends NamedCodes<typeof GENERAL_CODES.user> {}
export type UserErrorCode = keyof UserErrorCodes;

/**
 * What a caller cannot put right by changing the request: a GraphQL error with `extensions.code`, 5xx over REST. Each
 * domain merges its own into it.
 */
export interface SystemErrorCodes extends NamedCodes<typeof GENERAL_CODES.system> {}
export type SystemErrorCode = keyof SystemErrorCodes;

export type ErrorCode = UserErrorCode | SystemErrorCode;

export function isUserError(error: unknown): error is DomainError & { code: UserErrorCode } {
  if (!(error instanceof DomainError)) return false;
  if (!isRegistered(error.code))
    throw new Error(
      `Expected a registered error code, got ${error.code}: import the index.ts of its domain.`,
      {
        cause: error,
      },
    );
  return registered.user.includes(error.code);
}

/** Retort cannot start, for a reason the person starting it can put right. Printed as one line, without a stack. */
export class StartupError extends Error {
  override readonly name = 'StartupError';
}
