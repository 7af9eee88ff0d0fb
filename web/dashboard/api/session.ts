import { graphqlAddress } from './address.js';
import { Store } from './store.js';

const KEPT_AS = 'retort:api-key';

/**
 * Who is asking. `unknown` is the beginning: most servers on a person's own machine need no key, and a browser that was
 * asked for it by GraphiQL sends it by itself.
 */
export type Session =
  | { readonly phase: 'unknown' }
  | { readonly phase: 'key'; readonly key: string }
  | { readonly phase: 'asking' };

function begin(): Session {
  const key = sessionStorage.getItem(KEPT_AS);
  return key === null ? { phase: 'unknown' } : { phase: 'key', key };
}

export const session = new Store<Session>(begin());

/** The headers of every request; the same go along in `connection_init`. */
export function authorization(): Record<string, string> {
  const now = session.get();
  return now.phase === 'key' ? { authorization: `Bearer ${now.key}` } : {};
}

/** The server said that it needs a key, or another one. */
export function askForKey(): void {
  sessionStorage.removeItem(KEPT_AS);
  session.set({ phase: 'asking' });
}

/**
 * Tries a key, and keeps it until the tab is closed.
 *
 * @returns what the server says against it; null when it is right
 */
export async function logIn(key: string): Promise<string | null> {
  let response: Response;
  try {
    response = await fetch(graphqlAddress, {
      method: 'POST',
      headers: { ...MARK, 'content-type': 'application/json', authorization: `Bearer ${key}` },
      body: JSON.stringify({ query: '{ __typename }' }),
    });
  } catch {
    return 'The server does not answer. Is it running, and is the network up?';
  }
  if (!response.ok)
    return (await messageOf(response)) ?? `The server answered with status ${response.status}.`;
  sessionStorage.setItem(KEPT_AS, key);
  session.set({ phase: 'key', key });
  return null;
}

export function logOut(): void {
  askForKey();
}

/** Tells the server that a script asks: the browser's own window for a password would come before the page's. */
export const MARK = { 'x-requested-with': 'retort-dashboard' } as const;

async function messageOf(response: Response): Promise<string | undefined> {
  try {
    const body = (await response.json()) as { errors?: readonly { message?: string }[] };
    return body.errors?.[0]?.message;
  } catch {
    return undefined;
  }
}
