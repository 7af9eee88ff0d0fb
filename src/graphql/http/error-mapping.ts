import { GraphQLError, type GraphQLFormattedError } from 'graphql';
import { DomainError } from '../../platform/errors.js';

/**
 * What a caller is told about an error: the words of an error that was written for callers, and nothing of any
 * other. The only place where errors become answers, for both transports.
 */
export function formatError(formatted: GraphQLFormattedError, error: unknown): GraphQLFormattedError {
  const { locations, path } = formatted;
  const place = { ...(locations && { locations }), ...(path && { path }) };
  const domainError = domainErrorOf(error);
  if (domainError) {
    const { message, code, field, retryAfterMs } = domainError;
    const hints = { ...(field && { field }), ...(retryAfterMs !== undefined && { retryAfterMs }) };
    return { message, ...place, extensions: { code, ...hints } };
  }
  if (isUnexpected(error)) {
    return {
      message: 'Internal error. The log of the server has the reason under this request id.',
      ...place,
      extensions: { code: 'INTERNAL' },
    };
  }
  const extensions: Record<string, unknown> = { ...formatted.extensions, code: codeOf(formatted) };
  // For the transport, which has read it.
  delete extensions.http;
  return { message: rephrased(formatted.message), ...place, extensions };
}

/** True for an error that was not written for callers: its reason belongs in the log, and only there. */
export function isUnexpected(error: unknown): boolean {
  if (domainErrorOf(error)) return false;
  // The parser runs out of stack on a document that is nested absurdly deeply: the document's fault, not ours.
  if (error instanceof GraphQLError && error.extensions.code === 'GRAPHQL_PARSE_FAILED') return false;
  return !(originOf(error) instanceof GraphQLError);
}

/** The innermost error: GraphQL wraps what a resolver throws, sometimes more than once. */
export function originOf(error: unknown): unknown {
  let origin = error;
  while (origin instanceof GraphQLError && origin.originalError) origin = origin.originalError;
  return origin;
}

function domainErrorOf(error: unknown): DomainError | null {
  const origin = originOf(error);
  return origin instanceof DomainError && origin.code !== 'INTERNAL' ? origin : null;
}

/** Apollo names the phase in which a request failed; a failure during execution that is GraphQL's own has no name. */
function codeOf({ extensions }: GraphQLFormattedError): unknown {
  const code = extensions?.code;
  return code === undefined || code === 'INTERNAL_SERVER_ERROR' ? 'BAD_USER_INPUT' : code;
}

/** What the parser says about documents that are too large, in words that tell what to do. */
function rephrased(message: string): string {
  const [, limit, unit] = /contains more tha[nt] (\d+) (tokens|UTF-16)/.exec(message) ?? [];
  if (limit !== undefined) {
    const what = unit === 'tokens' ? 'tokens' : 'characters';
    return `Expected a document of at most ${limit} ${what}, got more. Send tensors and instances as variables, not inside the document.`;
  }
  return message.includes('Maximum call stack size exceeded')
    ? 'The document is nested too deeply to be read.'
    : message;
}
