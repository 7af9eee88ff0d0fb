import { Store } from './store.js';

/** The live connection. What is on the page while it is lost is as old as `since` says. */
export type Connection =
  | { readonly phase: 'connecting' }
  | { readonly phase: 'connected' }
  | { readonly phase: 'lost'; readonly since: Date };

export const connection = new Store<Connection>({ phase: 'connecting' });

/** How often the connection came back; whoever shows something that may have changed meanwhile asks again. */
export const reconnections = new Store(0);

export function connectionOpened(): void {
  const cameBack = connection.get().phase === 'lost';
  connection.set({ phase: 'connected' });
  if (cameBack) reconnections.set(reconnections.get() + 1);
}

export function connectionLost(): void {
  if (connection.get().phase !== 'lost') connection.set({ phase: 'lost', since: new Date() });
}

const LONGEST_MS = 15_000;
const FIRST_MS = 500;

let waiting: (() => void) | null = null;

/** Longer with each try in vain, ended at once by `tryNow` and when the browser is back on a network. */
export async function waitBeforeRetry(retries: number): Promise<void> {
  const growing = Math.min(LONGEST_MS, FIRST_MS * 2 ** Math.min(retries, 10));
  await new Promise<void>((resolve) => {
    const timer = setTimeout(resolve, growing * (0.75 + Math.random() / 2));
    waiting = () => {
      clearTimeout(timer);
      resolve();
    };
  });
  waiting = null;
}

export function tryNow(): void {
  waiting?.();
}

addEventListener('online', tryNow);
addEventListener('offline', connectionLost);
