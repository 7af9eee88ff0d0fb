import { EXIT } from '../exit-codes.js';
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

/** What the caller cannot put right by asking for something else. */
const SYSTEM_CODES: ReadonlySet<string> = new Set([
  'UNAUTHENTICATED',
  'FORBIDDEN',
  'DEADLINE_EXCEEDED',
  'OVERLOADED',
  'STORAGE_FULL',
  'UNAVAILABLE',
  'INTERNAL',
]);

export function failureOf({ message, extensions }: GraphqlError, requestId?: string): Failure {
  const code = typeof extensions?.code === 'string' ? extensions.code : 'INTERNAL';
  const field = Array.isArray(extensions?.field) ? extensions.field.map(String) : null;
  return new Failure(exitOf(code), code, worded(code, message, requestId), field);
}

/** A refusal over HTTP, by its status and the code in its body. */
export function exitOf(code: string): Failure['exit'] {
  return SYSTEM_CODES.has(code) || code.startsWith('GRAPHQL_') ? EXIT.UNAVAILABLE : EXIT.REFUSED;
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
