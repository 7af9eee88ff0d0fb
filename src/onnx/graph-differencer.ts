import { fork, type ChildProcess } from 'node:child_process';
import { constants, setPriority } from 'node:os';
import { fileURLToPath } from 'node:url';
import { compiledEntry } from '../platform/compiled-entry.js';
import { DomainError } from '../platform/errors.js';
import { Turnstile } from '../platform/turnstile.js';
import type { GraphDifference } from './difference/graph-difference.js';
import type { GraphDifferenceReply } from './graph-difference-messages.js';

// Names and attributes of two large graphs; their weights are never in memory.
const HEAP_MEGABYTES = 768;
const WAITING = 32;

export interface GraphDifferencerOptions {
  /** How long one comparison may take. Default 120 s: some thirty gigabytes on an ordinary disk. */
  readonly timeoutMs?: number;
}

/**
 * Compares ONNX files in a child process of low priority, one pair at a time; other pairs wait. A comparison whose caller
 * leaves is ended at once.
 */
export class GraphDifferencer {
  readonly #timeoutMs: number;
  readonly #turns = new Turnstile('comparisons of graphs', { atOnce: 1, waiting: WAITING });
  readonly #closing = new AbortController();
  #last: Promise<unknown> = Promise.resolve();

  constructor(options: GraphDifferencerOptions = {}) {
    this.#timeoutMs = options.timeoutMs ?? 120_000;
  }

  /**
   * @param base path of a stored file, as `target`
   * @throws DomainError UNSUPPORTED_MODEL when the graphs are too large to compare or it takes too long, OVERLOADED,
   * UNAVAILABLE once closed; the signal's reason on abort
   */
  async compare(base: string, target: string, signal: AbortSignal): Promise<GraphDifference> {
    const either = AbortSignal.any([signal, this.#closing.signal]);
    const comparison = this.#turns.pass(either, () => this.#compare(base, target, either));
    this.#last = Promise.allSettled([this.#last, comparison]);
    return comparison;
  }

  /** Ends the comparison under way, if any, and those that wait. */
  async close(): Promise<void> {
    this.#closing.abort(new DomainError('UNAVAILABLE', 'The server is stopping and compares no more models'));
    await this.#last;
  }

  async #compare(base: string, target: string, signal: AbortSignal): Promise<GraphDifference> {
    signal.throwIfAborted();
    const child = start();
    const exited = new Promise((resolve) => child.once('close', resolve));
    try {
      const reply = await this.#ask(child, { base, target }, signal);
      if (reply.type === 'compared') return reply.difference;
      throw reply.type === 'refused'
        ? new DomainError(reply.code, reply.message)
        : new DomainError('INTERNAL', 'The graphs could not be compared', {
            cause: new Error(reply.message),
          });
    } finally {
      // It holds nothing that would have to be put in order; a child that never came to be has no end.
      if (child.pid !== undefined) {
        child.kill('SIGKILL');
        await exited;
      }
    }
  }

  #ask(child: ChildProcess, request: object, signal: AbortSignal): Promise<GraphDifferenceReply> {
    return new Promise((resolve, reject) => {
      const settle = (act: () => void) => {
        clearTimeout(timer);
        signal.removeEventListener('abort', onAbort);
        act();
      };
      const onAbort = () => settle(() => reject(signal.reason as Error));
      const timer = setTimeout(() => settle(() => reject(tooSlow(this.#timeoutMs))), this.#timeoutMs);
      signal.addEventListener('abort', onAbort, { once: true });
      child.once('message', (reply) => settle(() => resolve(reply as GraphDifferenceReply)));
      child.once('exit', (code, ending) => settle(() => reject(ended(code, ending))));
      child.on('error', (cause) => settle(() => reject(unreachable(cause))));
      child.send(request, (error) => {
        if (error !== null) settle(() => reject(unreachable(error)));
      });
    });
  }
}

function start(): ChildProcess {
  const child = fork(fileURLToPath(compiledEntry(import.meta.url, './graph-difference-child.js')), [], {
    env: {},
    execArgv: [`--max-old-space-size=${HEAP_MEGABYTES}`],
    // 'advanced' carries infinities.
    serialization: 'advanced',
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
  });
  try {
    // Whoever calls a model comes before whoever compares two.
    if (child.pid !== undefined) setPriority(child.pid, constants.priority.PRIORITY_BELOW_NORMAL);
  } catch {
    // It has ended already, or the system does not allow it: then it runs as everything else.
  }
  return child;
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
