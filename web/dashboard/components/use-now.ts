import { Store, useStore } from '../api/store.js';

const STEP_MS = 5_000;

/** One clock for all of the page. */
const now = new Store(Date.now());
setInterval(() => {
  if (!document.hidden) now.set(Date.now());
}, STEP_MS);

/** The time, in milliseconds, every few seconds anew. */
export function useNow(): number {
  return useStore(now);
}
