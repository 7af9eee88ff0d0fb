import type { Logger } from '../../../platform/logging.js';
import type { LookedAt } from '../rules/condition.js';

/** A window is read again after this part of its length: what changes within a minute matters little to days. */
const PARTS = 360;
const SHORTEST_REST_MS = 5_000;
const LONGEST_REST_MS = 60_000;
/** Deployments that are read together. */
const AT_ONCE = 20;

interface Wanted<Value> extends LookedAt {
  /** Those that were asked for since the last reading. */
  asked: Set<string>;
  found: ReadonlyMap<string, Value>;
  /** Milliseconds since 1970. */
  readAt: number;
}

export interface ReadingParts<Value> {
  /** What is read, for the log. */
  readonly what: string;
  /** In the order of the deployments; undefined for one of which nothing can be said. */
  readonly read: (
    deployments: readonly string[],
    looked: LookedAt,
    now: number,
  ) => Promise<readonly (Value | undefined)[]>;
  readonly logger: Logger;
}

/**
 * What a look cannot wait for, since it comes from the database. Whoever asks gets what was read last, and what was asked
 * for is read again in the background.
 */
export class BackgroundReadings<Value> {
  private readonly wanted = new Map<string, Wanted<Value>>();
  private reading: Promise<void> | null = null;
  private closed = false;
  private isAway = false;

  constructor(private readonly parts: ReadingParts<Value>) {}

  /** Undefined until it was read for the first time. */
  find(deployment: string, { windowMs, agoMs }: LookedAt): Value | undefined {
    const key = `${windowMs} ${agoMs}`;
    let wanted = this.wanted.get(key);
    if (!wanted) {
      wanted = { windowMs, agoMs, asked: new Set(), found: new Map(), readAt: Number.NEGATIVE_INFINITY };
      this.wanted.set(key, wanted);
    }
    wanted.asked.add(deployment);
    return wanted.found.get(deployment);
  }

  /** Reads what is due, unless it is being read. */
  refresh(now: number): void {
    if (this.closed) return;
    this.reading ??= this.readAll(now).finally(() => {
      this.reading = null;
    });
  }

  /** Resolves when what is being read was read. */
  async settled(): Promise<void> {
    await this.reading;
  }

  async close(): Promise<void> {
    this.closed = true;
    await this.reading;
  }

  private async readAll(now: number): Promise<void> {
    for (const [key, wanted] of [...this.wanted]) {
      if (!isDue(wanted, now)) continue;
      if (wanted.asked.size === 0) {
        this.wanted.delete(key);
        continue;
      }
      const names = [...wanted.asked];
      wanted.asked = new Set();
      try {
        wanted.found = await this.read(names, wanted, now);
        wanted.readAt = now;
        this.isAway = false;
      } catch (error) {
        // Once, not every few seconds while it lasts.
        if (!this.isAway)
          this.parts.logger.warn({ err: error }, `${this.parts.what} could not be read; trying again`);
        this.isAway = true;
      }
    }
  }

  private async read(names: readonly string[], looked: LookedAt, now: number): Promise<Map<string, Value>> {
    const found = new Map<string, Value>();
    for (let start = 0; start < names.length && !this.closed; start += AT_ONCE) {
      const some = names.slice(start, start + AT_ONCE);
      const values = await this.parts.read(some, looked, now);
      for (const [place, name] of some.entries()) {
        const value = values[place];
        if (value !== undefined) found.set(name, value);
      }
    }
    return found;
  }
}

function isDue<Value>({ windowMs, asked, found, readAt }: Wanted<Value>, now: number): boolean {
  const restMs = Math.min(LONGEST_REST_MS, Math.max(SHORTEST_REST_MS, windowMs / PARTS));
  // A clock that was set back is no reason to wait, nor is a deployment that is new.
  return now < readAt || now - readAt >= restMs || [...asked].some((name) => !found.has(name));
}
