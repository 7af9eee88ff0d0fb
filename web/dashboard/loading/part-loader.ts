import type { ComponentType } from 'react';
import { Store } from '../api/store.js';

export type LoadedPart<P> =
  | { readonly phase: 'loading' }
  | { readonly phase: 'loaded'; readonly component: ComponentType<P> }
  | { readonly phase: 'failed'; readonly isTrying: boolean; readonly error: unknown };

/** The file of a page, or of a part of one: loaded when it is first shown, and again where that failed. */
export class PartLoader<P> {
  readonly state = new Store<LoadedPart<P>>({ phase: 'loading' });
  private begun = false;

  constructor(private readonly load: () => Promise<{ readonly default: ComponentType<P> }>) {}

  /** When it is shown. */
  begin(): void {
    if (this.begun) return;
    this.begun = true;
    void this.attempt();
  }

  /** Once more; nothing where it is loaded, or being loaded. */
  again(): void {
    const before = this.state.get();
    if (before.phase !== 'failed' || before.isTrying) return;
    this.state.set({ ...before, isTrying: true });
    void this.attempt();
  }

  private async attempt(): Promise<void> {
    try {
      await loadLostStyles();
      const { default: component } = await this.load();
      this.state.set({ phase: 'loaded', component });
    } catch (error) {
      this.state.set({ phase: 'failed', isTrying: false, error });
    }
  }
}

/** Addresses of style sheets that were asked for in vain: what the build puts around a part's program asks for each but once. */
const lostStyles = new Set<string>();

// Errors of elements do not bubble.
document.addEventListener(
  'error',
  ({ target }) => {
    if (!(target instanceof HTMLLinkElement) || target.rel !== 'stylesheet') return;
    lostStyles.add(target.href);
    target.remove();
  },
  true,
);

/** @throws Error when one of them is lost again */
async function loadLostStyles(): Promise<void> {
  const addresses = [...lostStyles];
  lostStyles.clear();
  await Promise.all(
    addresses.map(
      (address) =>
        new Promise((resolve, reject) => {
          const link = document.createElement('link');
          link.rel = 'stylesheet';
          link.crossOrigin = '';
          link.href = address;
          link.addEventListener('load', resolve, { once: true });
          link.addEventListener('error', () => reject(new Error(`${address} could not be loaded.`)), {
            once: true,
          });
          document.head.append(link);
        }),
    ),
  );
}
