import { wrongUsage } from './failure.js';
import { loginFile, readLogin, type StoredLogin } from './login/stored-login.js';
import type { Surroundings } from './surroundings.js';

/** Where the server is, and what it wants to see before it answers. */
export interface ServerAddress {
  /** Ends with a slash, so that paths are resolved below it. */
  readonly url: URL;
  /** Never printed. */
  readonly apiKey: string | undefined;
}

const DEFAULT_URL = 'http://127.0.0.1:4000';

export interface GivenAddress {
  readonly url?: string | undefined;
  readonly apiKey?: string | undefined;
}

/**
 * What the command line says comes first, then the environment, then what `retort login` remembers. A remembered key goes
 * to the address it was given for and to no other.
 */
export function serverAddress(
  given: GivenAddress,
  environment: Surroundings['env'],
  remembered: StoredLogin | null = readLogin(loginFile(environment)),
): ServerAddress {
  const url = parseUrl(given.url ?? set(environment.RETORT_URL) ?? remembered?.url ?? DEFAULT_URL);
  const own = remembered !== null && parseUrl(remembered.url).href === url.href ? remembered.apiKey : null;
  const apiKey = given.apiKey ?? set(environment.RETORT_API_KEY) ?? own ?? undefined;
  return { url, apiKey: apiKey === undefined ? undefined : checkKey(apiKey) };
}

/** The same without what is remembered, which may be what is to be replaced. */
export function freshAddress(given: GivenAddress, environment: Surroundings['env']): ServerAddress {
  return serverAddress(given, environment, null);
}

/** An empty variable is how shells and CI spell "not set". */
function set(variable: string | undefined): string | undefined {
  return variable === '' ? undefined : variable;
}

function parseUrl(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url?.protocol !== 'http:' && url?.protocol !== 'https:') {
    const got = text.includes('@') ? 'something else' : JSON.stringify(text);
    throw wrongUsage(`--url: expected an address such as ${DEFAULT_URL}, got ${got}.`);
  }
  // An address ends up in messages and logs; a password in it would, too.
  if (url.username !== '' || url.password !== '') {
    throw wrongUsage('--url: expected an address without user and password. Set RETORT_API_KEY to the key.');
  }
  url.search = '';
  url.hash = '';
  if (!url.pathname.endsWith('/')) url.pathname += '/';
  return url;
}

// Node's own message about a header it cannot send repeats the header.
function checkKey(key: string): string {
  if (/^[\x21-\x7e]+$/.test(key)) return key;
  throw wrongUsage(
    'The API key holds characters that no key has: blanks, line ends or letters beyond ASCII.',
  );
}
