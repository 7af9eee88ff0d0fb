import { Worker } from 'node:worker_threads';
import { compiledEntry } from '../children/compiled-entry.js';
import { DomainError } from '../errors.js';
import { beyondLimit, type JsonCounts } from './json-weight.js';
import type { ScanAnswer, ScanRequest } from './json-worker.js';
import { NumberBlock } from './number-block.js';
import type { JsonPath } from './scan-json.js';

/** JSON whose long arrays of numbers have been read; what is left is for a parser. */
export interface ScannedJson {
  readonly counts: JsonCounts;
  readonly rest: Buffer;
  readonly blocks: readonly PlacedBlock[];
}

export interface PlacedBlock {
  readonly block: NumberBlock;
  readonly path: JsonPath;
  /** The string that stands in its place in `rest`. */
  readonly placeholder: string;
}

/** A thread that is not finished by then met a case that was not foreseen, and is given up. */
const LIMIT_MS = 30_000;

interface Waiting {
  readonly resolve: (scanned: ScannedJson) => void;
  readonly reject: (error: Error) => void;
}

/** Looks through large JSON in a thread of its own, started when first needed, so that other requests go on meanwhile. */
export class JsonReader {
  private worker: Worker | null = null;
  private readonly waiting = new Map<number, Waiting>();
  private lastId = 0;
  private limit: NodeJS.Timeout | null = null;
  private closed = false;

  /**
   * @param body given away: it cannot be read any more afterwards
   * @param tolerant whether not-a-number and the infinities may stand bare, as in the serving protocols
   * @throws DomainError INVALID_ARGUMENT when it has more of something than it may, UNAVAILABLE
   */
  async scan(body: Buffer, { tolerant }: { tolerant: boolean }): Promise<ScannedJson> {
    if (this.closed) throw stopped();
    const own = ofItsOwn(body);
    const worker = (this.worker ??= this.start());
    this.lastId += 1;
    const id = this.lastId;
    const scanned = new Promise<ScannedJson>((resolve, reject) => this.waiting.set(id, { resolve, reject }));
    worker.postMessage({ id, body: own, tolerant } satisfies ScanRequest, [own.buffer]);
    this.watch();
    return scanned;
  }

  async close(): Promise<void> {
    this.closed = true;
    await this.giveUp(stopped());
  }

  private start(): Worker {
    const worker = new Worker(compiledEntry(import.meta.url, './json-worker.js'), {
      name: 'json',
      execArgv: [],
    });
    worker.unref();
    worker.on('message', (answer: ScanAnswer) => this.answered(answer));
    worker.on('error', (cause) => {
      if (this.worker === worker) void this.giveUp(lost(cause));
    });
    return worker;
  }

  private answered(answer: ScanAnswer): void {
    const waiting = this.waiting.get(answer.id);
    this.waiting.delete(answer.id);
    this.watch();
    if ('beyond' in answer) {
      waiting?.reject(beyondLimit(answer.beyond));
      return;
    }
    const { counts, rest, blocks } = answer;
    waiting?.resolve({
      counts,
      rest: Buffer.from(rest.buffer, rest.byteOffset, rest.byteLength),
      blocks: blocks.map(({ path, placeholder, ...parts }) => ({
        path,
        placeholder,
        block: new NumberBlock(parts),
      })),
    });
  }

  /** A thread that works keeps the process; one that waits does not. */
  private watch(): void {
    if (this.limit) clearTimeout(this.limit);
    this.limit = null;
    if (this.waiting.size === 0) {
      this.worker?.unref();
      return;
    }
    this.worker?.ref();
    this.limit = setTimeout(() => void this.giveUp(lost()), LIMIT_MS).unref();
  }

  private async giveUp(error: Error): Promise<void> {
    const { worker } = this;
    this.worker = null;
    for (const { reject } of this.waiting.values()) reject(error);
    this.waiting.clear();
    this.watch();
    await worker?.terminate();
  }
}

/** In a buffer of its own, so that it can be transferred. */
function ofItsOwn(body: Buffer): Uint8Array<ArrayBuffer> {
  const { buffer } = body;
  return buffer instanceof ArrayBuffer && buffer.byteLength === body.length
    ? new Uint8Array(buffer)
    : new Uint8Array(body);
}

function lost(cause?: unknown): DomainError {
  return new DomainError('UNAVAILABLE', 'The body could not be read: the thread that reads bodies ended.', {
    retryAfterMs: 1_000,
    cause,
  });
}

function stopped(): DomainError {
  return new DomainError('UNAVAILABLE', 'The server is stopping.', { retryAfterMs: 1_000 });
}
