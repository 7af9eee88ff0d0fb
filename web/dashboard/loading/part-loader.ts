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
  async again(): Promise<void> {
    const before = this.state.get();
    if (before.phase !== 'failed' || before.isTrying) return;
    this.state.set({ ...before, isTrying: true });
    await loadMissingStyles();
    await this.attempt();
  }

  private async attempt(): Promise<void> {
    try {
      const { default: component } = await this.load();
      this.state.set({ phase: 'loaded', component });
    } catch (error) {
      this.state.set({ phase: 'failed', isTrying: false, error });
    }
  }
}

/** A style sheet that was asked for in vain is not asked for again by what loads the part, which believes it to be there. */
async function loadMissingStyles(): Promise<void> {
  const missing = [...document.querySelectorAll<HTMLLinkElement>('link[rel="stylesheet"]')].filter(
    ({ sheet }) => sheet === null,
  );
  await Promise.all(
    missing.map(
      (link) =>
        new Promise<void>((resolve) => {
          const again = link.cloneNode() as HTMLLinkElement;
          for (const end of ['load', 'error']) again.addEventListener(end, () => resolve(), { once: true });
          link.replaceWith(again);
        }),
    ),
  );
}
