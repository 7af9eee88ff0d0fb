import { ByteReader, ByteWriter } from './bytes.js';
import { Tally } from './tally.js';

const FORMAT = 1;

/** A version as it is remembered, also when it is deleted. */
export interface VersionName {
  readonly id: string;
  readonly number: number;
  readonly modelName: string;
}

/** What a deployment held when it was last looked at. */
export interface Gauges {
  /** In seconds since 1970. */
  readonly at: number;
  /** Requests that waited or ran. */
  readonly queueDepth: number;
  /** The most that `queueDepth` was at any look. */
  readonly peakQueueDepth: number;
  /** Null: no model in memory. */
  readonly memoryBytes: number | null;
}

/** What happened to one deployment in some span of time, by version. They add up, in any order. */
export class DeploymentTally {
  /** By the version's id; '' for what no version was found for. */
  readonly parts = new Map<string, { readonly version: VersionName | null; readonly tally: Tally }>();
  gauges: Gauges | null = null;
  /** Of the processes that ran its models; null where there were none. */
  processorMs: number | null = null;

  get isEmpty(): boolean {
    return this.parts.size === 0 && this.gauges === null && this.processorMs === null;
  }

  part(version: VersionName | null): Tally {
    const key = version?.id ?? '';
    const found = this.parts.get(key);
    if (found) return found.tally;
    const tally = new Tally();
    this.parts.set(key, { version, tally });
    return tally;
  }

  /** Makes a tally its own; for a version that it knows nothing of yet. */
  take(version: VersionName | null, tally: Tally): void {
    this.parts.set(version?.id ?? '', { version, tally });
  }

  /** All its versions together. */
  total(): Tally {
    const sum = new Tally();
    for (const { tally } of this.parts.values()) sum.merge(tally);
    return sum;
  }

  merge(other: DeploymentTally): void {
    for (const { version, tally } of other.parts.values()) this.part(version).merge(tally);
    this.observe(other.gauges);
    this.worked(other.processorMs);
  }

  /** The latest look counts. */
  observe(gauges: Gauges | null): void {
    if (gauges === null) return;
    const own = this.gauges;
    if (own === null) {
      this.gauges = gauges;
      return;
    }
    const peakQueueDepth = Math.max(own.peakQueueDepth, gauges.peakQueueDepth);
    this.gauges = { ...(isLater(gauges, own) ? gauges : own), peakQueueDepth };
  }

  worked(processorMs: number | null): void {
    if (processorMs !== null) this.processorMs = (this.processorMs ?? 0) + processorMs;
  }

  bytes(): Uint8Array {
    const to = new ByteWriter();
    to.whole(FORMAT);
    to.whole(this.parts.size);
    for (const { version, tally } of this.parts.values()) {
      to.text(version?.id ?? '');
      if (version) {
        to.whole(version.number);
        to.text(version.modelName);
      }
      tally.write(to);
    }
    const { gauges, processorMs } = this;
    to.whole(gauges ? 1 : 0);
    if (gauges) {
      to.whole(gauges.at);
      to.whole(gauges.queueDepth);
      to.whole(gauges.peakQueueDepth);
      to.whole(gauges.memoryBytes === null ? 0 : gauges.memoryBytes + 1);
    }
    to.whole(processorMs === null ? 0 : 1);
    if (processorMs !== null) to.float(processorMs);
    return to.bytes();
  }

  /**
   * Adds what `bytes` gave.
   *
   * @throws RangeError for what it did not give
   */
  add(bytes: Uint8Array): void {
    const from = new ByteReader(bytes);
    const format = from.whole();
    if (format !== FORMAT)
      throw new RangeError(`Expected a stored measurement of format ${FORMAT}, got ${format}.`);
    for (let left = from.whole(); left > 0; left -= 1) {
      const id = from.text();
      this.part(id === '' ? null : { id, number: from.whole(), modelName: from.text() }).read(from);
    }
    if (from.whole() === 1) {
      const [at, queueDepth, peakQueueDepth, memory] = [
        from.whole(),
        from.whole(),
        from.whole(),
        from.whole(),
      ];
      this.observe({ at, queueDepth, peakQueueDepth, memoryBytes: memory === 0 ? null : memory - 1 });
    }
    if (from.whole() === 1) this.worked(from.float());
  }
}

/** Any order, as long as it is always the same one. */
function isLater(one: Gauges, other: Gauges): boolean {
  if (one.at !== other.at) return one.at > other.at;
  if (one.queueDepth !== other.queueDepth) return one.queueDepth > other.queueDepth;
  return (one.memoryBytes ?? -1) > (other.memoryBytes ?? -1);
}
