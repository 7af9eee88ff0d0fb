import { setTimeout as delay } from 'node:timers/promises';
import { isOver, type JobRecord } from './job.js';

/** More often than this, nobody sees a difference. */
const LEAST_MS = 200;

/** Tells those who watch a job that it has changed. */
export class JobChanges {
  private readonly listeners = new Map<string, Set<() => void>>();

  changed(id: string): void {
    for (const listener of this.listeners.get(id) ?? []) listener();
  }

  /** Anything may have changed. */
  allChanged(): void {
    for (const those of this.listeners.values()) for (const listener of those) listener();
  }

  /**
   * The job now, and again when it has changed, until it is over or the signal aborts. However often it changes, it comes
   * at most five times a second, and never before the one before was taken.
   *
   * @param read null when there is no such job any more, which ends it
   */
  async *watch(
    id: string,
    read: () => Promise<JobRecord | null>,
    signal: AbortSignal,
  ): AsyncGenerator<JobRecord, void, void> {
    const seen: { isChanged: boolean; resume?: () => void } = { isChanged: true };
    const listener = () => {
      seen.isChanged = true;
      seen.resume?.();
    };
    const those = this.listeners.get(id) ?? new Set();
    this.listeners.set(id, those.add(listener));
    signal.addEventListener('abort', listener);
    try {
      while (!signal.aborted) {
        seen.isChanged = false;
        const job = await read();
        if (job === null) return;
        yield job;
        if (isOver(job.state)) return;
        await delay(LEAST_MS, undefined, { signal, ref: false }).catch(() => undefined);
        if (!hasChanged(seen)) await new Promise<void>((resolve) => (seen.resume = resolve));
      }
    } finally {
      signal.removeEventListener('abort', listener);
      those.delete(listener);
      if (those.size === 0 && this.listeners.get(id) === those) this.listeners.delete(id);
    }
  }
}

/** It may have, while something was waited for. */
function hasChanged(seen: { readonly isChanged: boolean }): boolean {
  return seen.isChanged;
}
