import { DomainError } from '../../platform/errors.js';
import { Turnstile } from '../../platform/turnstile.js';
import type { GraphDifference } from './graph-difference.js';
import type {
  GraphDifferenceReply,
  GraphDifferenceRequest,
  StoredGraph,
} from './graph-difference-messages.js';
import {
  ComparisonEnded,
  ComparisonUnreachable,
  GraphDifferenceProcess,
} from './graph-difference-process.js';

const WAITING = 32;
/** Starting a process holds up a large server for tens of milliseconds, and a caller that compares two versions often compares the next two. */
const IDLE_MS = 10_000;

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
  readonly #timeoutMs: number;
  readonly #turns = new Turnstile('comparisons of graphs are waiting', { atOnce: 1, waiting: WAITING });
  readonly #closing = new AbortController();
  #idle: GraphDifferenceProcess | undefined;
  #idleTimer: NodeJS.Timeout | undefined;
  #last: Promise<unknown> = Promise.resolve();

  constructor(options: GraphDifferencerOptions = {}) {
    this.#timeoutMs = options.timeoutMs ?? 120_000;
  }

  /**
   * Checks that both files are what their digests say, then compares them. Only the child reads them.
   *
   * @throws DamagedGraph; DomainError UNSUPPORTED_MODEL when the graphs are too large to compare or it takes too long,
   * OVERLOADED, UNAVAILABLE once closed; the signal's reason on abort
   */
  async compare(base: StoredGraph, target: StoredGraph, signal: AbortSignal): Promise<GraphDifference> {
    const either = AbortSignal.any([signal, this.#closing.signal]);
    const comparison = this.#turns.pass(either, () => this.#compare({ base, target }, either));
    this.#last = Promise.allSettled([this.#last, comparison]);
    return comparison;
  }

  /** Ends the comparison under way, if any, and those that wait. */
  async close(): Promise<void> {
    this.#closing.abort(new DomainError('UNAVAILABLE', 'The server is stopping and compares no more models'));
    await this.#last;
    await this.#takeIdle()?.end();
  }

  async #compare(request: GraphDifferenceRequest, signal: AbortSignal): Promise<GraphDifference> {
    signal.throwIfAborted();
    const idle = this.#takeIdle();
    if (idle === undefined) return this.#ask(new GraphDifferenceProcess(), request, signal);
    try {
      return await this.#ask(idle, request, signal);
    } catch (error) {
      // It may have been ended before it had read the question: a new one tells whether the graphs were at fault.
      if (!(error instanceof ComparisonEnded || error instanceof ComparisonUnreachable)) throw error;
      return this.#ask(new GraphDifferenceProcess(), request, signal);
    }
  }

  async #ask(
    child: GraphDifferenceProcess,
    request: GraphDifferenceRequest,
    signal: AbortSignal,
  ): Promise<GraphDifference> {
    let reply: GraphDifferenceReply;
    try {
      reply = await child.ask(request, { timeoutMs: this.#timeoutMs, signal });
    } catch (error) {
      await child.end();
      throw error;
    }
    this.#keep(child);
    return outcome(reply);
  }

  #keep(child: GraphDifferenceProcess): void {
    this.#idle = child;
    this.#idleTimer = setTimeout(() => void this.#takeIdle()?.end(), IDLE_MS).unref();
  }

  #takeIdle(): GraphDifferenceProcess | undefined {
    clearTimeout(this.#idleTimer);
    const child = this.#idle;
    this.#idle = undefined;
    // It may have been ended from outside.
    return child?.isReachable === true ? child : undefined;
  }
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
