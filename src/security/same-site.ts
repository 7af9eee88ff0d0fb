import { DomainError } from '../platform/errors.js';

/** Host headers found to name this machine: parsing one costs as much as routing its request. */
const loopbackHosts = new Set<string>();
const MAX_REMEMBERED = 100;
const LOOPBACK_V4 = /^127(?:\.\d{1,3}){3}$/;

/** Whether a name or address (a `HOST` setting, or the host part of a URL) can only mean this machine. */
export function isLoopback(host: string): boolean {
  const name = host.toLowerCase().replace(/^\[(.*)\]$/, '$1');
  return name === 'localhost' || name === '::1' || LOOPBACK_V4.test(name);
}

/**
 * Refuses a request whose `Host` header does not name this machine. A server without a key trusts everyone who can
 * reach it, and DNS rebinding lets any web page reach it under that page's own name: only the name gives it away.
 */
export function checkHost(host: string | undefined): void {
  if (host !== undefined && loopbackHosts.has(host)) return;
  const name = host === undefined ? undefined : hostOf(`http://${host}`)?.hostname;
  if (host !== undefined && name !== undefined && isLoopback(name)) {
    if (loopbackHosts.size < MAX_REMEMBERED) loopbackHosts.add(host);
    return;
  }
  throw new DomainError(
    'FORBIDDEN',
    `Expected the Host header to be localhost, 127.0.0.1 or [::1], got ${quoted(host)}. ` +
      'To serve under another name, set RETORT_API_KEY.',
  );
}

/**
 * Refuses a request that a page of another site made the browser send. Programs send no `Origin`; a browser always
 * does on WebSocket upgrades and on everything but GET and HEAD.
 */
export function checkOrigin(
  origin: string | undefined,
  host: string | undefined,
  allowed: readonly string[] = [],
): void {
  if (origin === undefined || allowed.includes(origin)) return;
  const from = hostOf(origin);
  // The scheme is taken from the origin, so that a default port left out on one side only still compares equal.
  const to = from === undefined || host === undefined ? undefined : hostOf(`${from.protocol}//${host}`);
  if (from !== undefined && to !== undefined && from.host !== '' && from.host === to.host) return;
  throw new DomainError(
    'FORBIDDEN',
    `Requests from pages of another site are refused: expected Origin to match Host ${quoted(host)}, got ${quoted(origin)}. ` +
      'An origin whose pages may call is named in RETORT_ALLOWED_ORIGINS.',
  );
}

function hostOf(url: string): URL | undefined {
  return URL.canParse(url) ? new URL(url) : undefined;
}

function quoted(value: string | undefined): string {
  return value === undefined ? 'none' : JSON.stringify(value.slice(0, 200));
}
