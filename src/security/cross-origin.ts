import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';

const ANY = '*';
const METHODS = 'GET, HEAD, POST, PUT, PATCH, DELETE';
/** What clients of the interfaces send beyond what every page may. */
const REQUEST_HEADERS = [
  'authorization',
  'content-type',
  'content-encoding',
  'content-digest',
  'range',
  'if-none-match',
  'if-range',
  'x-request-id',
  'inference-header-content-length',
  'apollo-require-preflight',
  'x-apollo-operation-name',
  'idempotency-key',
  'prefer',
  'last-event-id',
].join(', ');
/** What answers say in headers beyond what every page may read. */
const ANSWER_HEADERS = [
  'x-request-id',
  'retry-after',
  'location',
  'etag',
  'content-range',
  'content-disposition',
  'accept-ranges',
  'allow',
  'inference-header-content-length',
].join(', ');
/** As long as browsers remember a preflight at most, Chrome's two hours. */
const PREFLIGHT_SECONDS = 7_200;

type Headers = Readonly<Record<string, string>>;

/** Whether pages of an origin may call this server: `*` for all, else the exact ones. */
function allowsOrigin(allowed: readonly string[], origin: string | undefined): boolean {
  return origin !== undefined && (allowed.includes(ANY) || allowed.includes(origin));
}

/**
 * What lets a page of an allowed origin read an answer. Never Access-Control-Allow-Credentials: the key travels in
 * Authorization, which the page sets itself, and what a browser adds by itself proves nothing about the page.
 */
export function crossOriginHeaders(
  allowed: readonly string[],
  { origin }: IncomingHttpHeaders,
): Headers | undefined {
  if (allowed.length === 0) return undefined;
  const vary = allowed.includes(ANY) ? undefined : { vary: 'Origin' };
  if (!allowsOrigin(allowed, origin)) return vary;
  return {
    ...vary,
    'access-control-allow-origin': vary ? (origin ?? '') : ANY,
    'access-control-expose-headers': ANSWER_HEADERS,
  };
}

/** A browser's question whether a page of an allowed origin may send a request; it carries no key. */
export function isAllowedPreflight(
  allowed: readonly string[],
  { method, headers }: Pick<IncomingMessage, 'method' | 'headers'>,
): boolean {
  return (
    method === 'OPTIONS' &&
    headers['access-control-request-method'] !== undefined &&
    allowsOrigin(allowed, headers.origin)
  );
}

export const PREFLIGHT_HEADERS: Headers = {
  'access-control-allow-methods': METHODS,
  'access-control-allow-headers': REQUEST_HEADERS,
  'access-control-max-age': String(PREFLIGHT_SECONDS),
};
