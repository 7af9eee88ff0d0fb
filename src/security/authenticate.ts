import { createHash, timingSafeEqual } from 'node:crypto';
import { DomainError } from '../platform/errors.js';
import { configuredKey } from './security-config.js';

const BASIC = 'Basic realm="Retort", charset="UTF-8"';
const BEARER = 'Bearer realm="Retort"';

/**
 * What a 401 answers in `WWW-Authenticate`: Basic first, so that a browser asks for the key by itself; not to a script that
 * says it is one (`X-Requested-With`), since the browser would ask before the page can.
 */
export function challengesFor(headers: Readonly<Record<string, unknown>>): string[] {
  return headers['x-requested-with'] === undefined ? [BASIC, BEARER] : [BEARER];
}

/**
 * Names the caller, or throws `UNAUTHENTICATED`. Accepts `Bearer <key>` and `Basic <base64 of anyone:key>`, from the
 * HTTP header or from a WebSocket's `connection_init`. Without a configured key everyone is `local`, since
 * the server is then reachable from its own machine only.
 */
export function authenticate(
  authorization: string | undefined,
  apiKey: string | undefined,
): { actor: string } {
  const key = configuredKey(apiKey);
  if (key === undefined) return { actor: 'local' };
  if (authorization === undefined || authorization === '') {
    throw new DomainError(
      'UNAUTHENTICATED',
      'This server needs its API key: send the header "Authorization: Bearer <key>" ' +
        '(over WebSocket: connection_init with {"authorization": "Bearer <key>"}).',
    );
  }
  const presented = presentedKey(authorization);
  if (presented === undefined) {
    throw new DomainError(
      'UNAUTHENTICATED',
      'The Authorization header is not understood: expected "Bearer <key>", or Basic with the key as the password.',
    );
  }
  if (!sameSecret(presented, key)) {
    throw new DomainError('UNAUTHENTICATED', 'The API key is not the one this server was started with.');
  }
  return { actor: 'api-key' };
}

/** True for the scheme a browser repeats by itself, also on requests another site makes it send. */
export function isAmbientCredential(authorization: string | undefined): boolean {
  return authorization !== undefined && /^basic\s/i.test(authorization);
}

function presentedKey(authorization: string): string | undefined {
  const [, scheme, credentials] = /^(bearer|basic) +(\S+) *$/i.exec(authorization) ?? [];
  if (scheme === undefined || credentials === undefined) return undefined;
  if (scheme.toLowerCase() === 'bearer') return credentials;
  const userAndPassword = Buffer.from(credentials, 'base64').toString('utf8');
  const colon = userAndPassword.indexOf(':');
  return colon === -1 ? undefined : userAndPassword.slice(colon + 1);
}

// Hashes have one length, so neither the key's content nor its length shows in the time the comparison takes.
function sameSecret(presented: string, expected: string): boolean {
  return timingSafeEqual(sha256(presented), sha256(expected));
}

function sha256(text: string): Buffer {
  return createHash('sha256').update(text, 'utf8').digest();
}
