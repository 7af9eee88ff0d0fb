import { wrongUsage } from './failure.js';

/** Where the server is, and what it wants to see before it answers. */
export interface ServerAddress {
  /** Ends with a slash, so that paths are resolved below it. */
  readonly url: URL;
  /** Never printed. */
  readonly apiKey: string | undefined;
}

export const DEFAULT_URL = 'http://127.0.0.1:4000';

/** The only place that reads the environment. What the command line says comes first. */
export function serverAddress(
  given: { readonly url?: string | undefined; readonly apiKey?: string | undefined },
  environment: Readonly<Record<string, string | undefined>> = process.env,
): ServerAddress {
  const url = given.url ?? set(environment.RETORT_URL) ?? DEFAULT_URL;
  const apiKey = given.apiKey ?? set(environment.RETORT_API_KEY);
  return { url: parseUrl(url), apiKey: apiKey === undefined ? undefined : checkKey(apiKey) };
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
