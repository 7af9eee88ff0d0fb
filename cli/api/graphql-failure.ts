import { EXIT, type ExitCode } from '../exit-codes.js';
import { Failure } from '../failure.js';
import { inOwnWords } from './own-words.js';

export interface GraphqlError {
  readonly message: string;
  readonly extensions?: {
    readonly code?: unknown;
    readonly field?: unknown;
    readonly requestId?: unknown;
  };
}

/** What the process ends with for each system code, which the enum `UserErrorCode` does not have. */
export const SYSTEM_CODE_EXITS: Readonly<Record<string, ExitCode>> = {
  UNAUTHENTICATED: EXIT.UNAVAILABLE,
  FORBIDDEN: EXIT.UNAVAILABLE,
  DEADLINE_EXCEEDED: EXIT.UNAVAILABLE,
  OVERLOADED: EXIT.UNAVAILABLE,
  STORAGE_FULL: EXIT.UNAVAILABLE,
  UNAVAILABLE: EXIT.UNAVAILABLE,
  INTERNAL: EXIT.UNAVAILABLE,
  // Limits of the deployment, and what the server's machine lacks: no other request would fare better.
  RUN_TOO_LONG: EXIT.UNAVAILABLE,
  REMOTE_FAILED: EXIT.UNAVAILABLE,
  MODEL_OUT_OF_MEMORY: EXIT.UNAVAILABLE,
  LOCALE_MISSING: EXIT.UNAVAILABLE,
  METRICS_OFF: EXIT.REFUSED,
};

export function failureOf({ message, extensions }: GraphqlError, requestId?: string): Failure {
  const code = typeof extensions?.code === 'string' ? extensions.code : 'INTERNAL';
  const field = Array.isArray(extensions?.field) ? extensions.field.map(String) : null;
  return new Failure(exitOf(code), code, worded(code, message, requestId), field);
}

/** A refusal over HTTP, by its status and the code in its body. */
export function exitOf(code: string): ExitCode {
  if (code.startsWith('GRAPHQL_')) return EXIT.UNAVAILABLE;
  return Object.hasOwn(SYSTEM_CODE_EXITS, code) ? (SYSTEM_CODE_EXITS[code] ?? EXIT.REFUSED) : EXIT.REFUSED;
}

function worded(code: string, message: string, requestId: string | undefined): string {
  // The documents are checked against the schema when this program is built.
  if (code === 'GRAPHQL_VALIDATION_FAILED') {
    return `The server does not understand this request; it may be older or newer than this program. It says: ${message}`;
  }
  if (code === 'UNAUTHENTICATED') {
    return `${message} Set RETORT_API_KEY, or give --api-key.`;
  }
  return code === 'INTERNAL' && requestId !== undefined
    ? `${message} (request ${requestId})`
    : inOwnWords(message);
}
