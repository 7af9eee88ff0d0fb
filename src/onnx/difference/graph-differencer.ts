import { compiledEntry } from '../../platform/children/compiled-entry.js';
import { KeptProcesses } from '../../platform/children/kept-processes.js';
import { DomainError } from '../../platform/errors.js';
import type { GraphDifference } from './graph-difference.js';
import type {
  GraphDifferenceReply,
  GraphDifferenceRequest,
  StoredGraph,
} from './graph-difference-messages.js';

const WAITING = 32;
/** A caller that compares two versions often compares the next two. */
const IDLE_MS = 10_000;
// Names and attributes of two large graphs; their weights are never in memory.
const HEAP_MEGABYTES = 768;

export interface GraphDifferencerOptions {
  /** How long one comparison may take. Default 120 s: some thirty gigabytes on an ordinary disk. */
  readonly timeoutMs?: number;
}

/** The bytes of a file are not those whose digest it was given with. */
export class DamagedGraph extends Error {
  constructor(
    readonly digest: string,
    /** Of the bytes there are. */
    readonly actual: string,
  ) {
    super(`Expected the bytes of ${digest}, got those of ${actual}`);
  }
}

/**
 * Compares ONNX files in a child process of low priority, one pair at a time; other pairs wait. A comparison whose caller
 * leaves is ended at once, with its process; one that comes to an end leaves it to the next for a few seconds.
 */
export class GraphDifferencer {
  readonly #processes: KeptProcesses<GraphDifferenceRequest, GraphDifferenceReply>;

  constructor({ timeoutMs = 120_000 }: GraphDifferencerOptions = {}) {
    this.#processes = new KeptProcesses({
      entry: compiledEntry(import.meta.url, './graph-difference-child.js'),
      heapMegabytes: HEAP_MEGABYTES,
      waiting: { what: 'comparisons of graphs are waiting', most: WAITING },
      idleMs: IDLE_MS,
      timeout: { ms: timeoutMs, error: () => tooSlow(timeoutMs) },
      closed: () => new DomainError('UNAVAILABLE', 'The server is stopping and compares no more models'),
      ended,
      unreachable,
    });
  }

  /**
   * Checks that both files are what their digests say, then compares them. Only the child reads them.
   *
   * @throws DamagedGraph; DomainError UNSUPPORTED_MODEL when the graphs are too large to compare or it takes too long,
   * OVERLOADED, UNAVAILABLE once closed; the signal's reason on abort
   */
  async compare(base: StoredGraph, target: StoredGraph, signal: AbortSignal): Promise<GraphDifference> {
    return outcome(await this.#processes.ask({ base, target }, signal));
  }

  /** Ends the comparison under way, if any, and those that wait. */
  close(): Promise<void> {
    return this.#processes.close();
  }
}

function tooSlow(timeoutMs: number): DomainError {
  return new DomainError(
    'UNSUPPORTED_MODEL',
    `Expected the two graphs to be compared within ${timeoutMs / 1_000} s, got no answer`,
  );
}

function ended(code: number | null, signal: NodeJS.Signals | null): DomainError {
  return new DomainError(
    'UNSUPPORTED_MODEL',
    `Comparing the two graphs ended their process (${signal ?? `exit code ${code ?? 'unknown'}`}): they are too large to compare`,
  );
}

function unreachable(cause: Error): DomainError {
  return new DomainError(
    'UNAVAILABLE',
    'The process that compares graphs could not be started or reached; try again',
    { cause },
  );
}

function outcome(reply: GraphDifferenceReply): GraphDifference {
  switch (reply.type) {
    case 'compared':
      return reply.difference;
    case 'damaged':
      throw new DamagedGraph(reply.digest, reply.actual);
    case 'refused':
      throw new DomainError(reply.code, reply.message);
    case 'failed':
      throw new DomainError('INTERNAL', 'The graphs could not be compared', {
        cause: new Error(reply.message),
      });
  }
}
