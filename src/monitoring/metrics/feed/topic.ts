import { setMaxListeners } from 'node:events';
import { NewestValue } from './newest-value.js';

/** Something that is computed again and again for as long as anybody watches it: once, however many do. */
export class Topic<T> {
  private readonly streams = new Set<NewestValue<T>>();
  private latest: { readonly value: T; readonly at: number } | null = null;
  private computing: Promise<T | null> | null = null;
  private stop: (() => void) | null = null;

  constructor(
    private readonly parts: {
      /** Null when there is nothing to watch any more. */
      readonly compute: () => Promise<T | null>;
      /** Calls `due` each time that it is to be computed; returns what ends that. */
      readonly start: (due: () => void) => () => void;
      /** For how long a value serves those who begin to watch. */
      readonly intervalMs: number;
      readonly onUnwatched: () => void;
      readonly onFailed: (error: unknown) => void;
    },
  ) {}

  /**
   * A stream of the values; the first is there at once.
   *
   * @throws what computing the first one throws
   * @returns null when there is nothing to watch
   */
  async watch(signal: AbortSignal): Promise<NewestValue<T> | null> {
    const end = () => stream.end();
    const stream: NewestValue<T> = new NewestValue<T>(() => {
      signal.removeEventListener('abort', end);
      this.leave(stream);
    });
    // Before anything is waited for: whoever comes meanwhile finds the topic in use.
    this.streams.add(stream);
    this.stop ??= this.parts.start(() => this.renew());
    try {
      const first = await this.first();
      if (first === null) {
        stream.end();
        return null;
      }
      stream.push(first);
    } catch (error) {
      stream.end();
      throw error;
    }
    // A socket has one signal for all that it watches: many listeners are no leak.
    setMaxListeners(0, signal);
    if (signal.aborted) end();
    else signal.addEventListener('abort', end, { once: true });
    return stream;
  }

  private async first(): Promise<T | null> {
    const { latest } = this;
    if (latest && performance.now() - latest.at < this.parts.intervalMs) return latest.value;
    return this.compute();
  }

  private renew(): void {
    // The computation before is not over: its watchers get the next one.
    if (this.computing) return;
    this.compute().then(
      (value) => {
        if (value === null) for (const stream of [...this.streams]) stream.end();
        else for (const stream of this.streams) stream.push(value);
      },
      (error: unknown) => this.parts.onFailed(error),
    );
  }

  private compute(): Promise<T | null> {
    this.computing ??= this.parts
      .compute()
      .then((value) => {
        if (value !== null) this.latest = { value, at: performance.now() };
        return value;
      })
      .finally(() => {
        this.computing = null;
      });
    return this.computing;
  }

  private leave(stream: NewestValue<T>): void {
    this.streams.delete(stream);
    if (this.streams.size > 0) return;
    this.stop?.();
    this.stop = null;
    this.parts.onUnwatched();
  }
}
