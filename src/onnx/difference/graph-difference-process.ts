import { fork, type ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { compiledEntry } from '../../platform/children/compiled-entry.js';
import { DomainError } from '../../platform/errors.js';
import type { GraphDifferenceReply, GraphDifferenceRequest } from './graph-difference-messages.js';
import { BACKGROUND_PRIORITY, lowerPriority } from '../../platform/children/process-priority.js';
import { limitedNode, NODE_DATA_BYTES } from '../../platform/children/process-limits.js';

// Names and attributes of two large graphs; their weights are never in memory.
const HEAP_MEGABYTES = 768;
/** Beside the heap: what Node.js takes, and tensors that are compared a part at a time. */
const DATA_BYTES = NODE_DATA_BYTES + 2 * HEAP_MEGABYTES * 1024 ** 2;

/** A child process that compares graphs, one pair after the other. While idle it does not keep this process alive. */
export class GraphDifferenceProcess {
  readonly #child: ChildProcess;
  readonly #exited: Promise<unknown>;

  constructor() {
    const { execPath, execArgv } = limitedNode({ dataBytes: DATA_BYTES }, [
      `--max-old-space-size=${HEAP_MEGABYTES}`,
    ]);
    this.#child = fork(fileURLToPath(compiledEntry(import.meta.url, './graph-difference-child.js')), [], {
      env: {},
      execPath,
      execArgv: [...execArgv],
      // 'advanced' carries infinities.
      serialization: 'advanced',
      stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
    });
    const { pid } = this.#child;
    // One that never came to be has no end. Unheard by anyone, its error would end the server.
    this.#exited =
      pid === undefined ? Promise.resolve() : new Promise((resolve) => this.#child.once('close', resolve));
    this.#child.on('error', () => undefined);
    // Calls of models come before comparisons.
    if (pid !== undefined) lowerPriority(pid, BACKGROUND_PRIORITY);
  }

  get isReachable(): boolean {
    return this.#child.connected;
  }

  /** @throws DomainError UNSUPPORTED_MODEL, UNAVAILABLE; the signal's reason. After any of them it is still to be ended. */
  async ask(
    request: GraphDifferenceRequest,
    { timeoutMs, signal }: { readonly timeoutMs: number; readonly signal: AbortSignal },
  ): Promise<GraphDifferenceReply> {
    const child = this.#child;
    child.ref();
    child.channel?.ref();
    return new Promise<GraphDifferenceReply>((resolve, reject) => {
      const settle = (act: () => void) => {
        clearTimeout(timer);
        signal.removeEventListener('abort', onAbort);
        child.off('message', onMessage).off('exit', onExit).off('error', onError);
        act();
      };
      const onAbort = () => settle(() => reject(signal.reason as Error));
      const onMessage = (reply: unknown) => settle(() => resolve(reply as GraphDifferenceReply));
      const onExit = (code: number | null, ending: NodeJS.Signals | null) =>
        settle(() => reject(ended(code, ending)));
      const onError = (cause: Error) => settle(() => reject(unreachable(cause)));
      const timer = setTimeout(() => settle(() => reject(tooSlow(timeoutMs))), timeoutMs);
      signal.addEventListener('abort', onAbort, { once: true });
      child.on('message', onMessage).on('exit', onExit).on('error', onError);
      child.send(request, (error) => {
        if (error !== null) onError(error);
      });
    }).finally(() => {
      child.unref();
      child.channel?.unref();
    });
  }

  /** It holds nothing that would have to be put in order. Resolves when it is gone. */
  async end(): Promise<void> {
    this.#child.ref();
    this.#child.kill('SIGKILL');
    await this.#exited;
  }
}

function tooSlow(timeoutMs: number): DomainError {
  return new DomainError(
    'UNSUPPORTED_MODEL',
    `Expected the two graphs to be compared within ${timeoutMs / 1_000} s, got no answer`,
  );
}

/** The process ended before it had answered. */
export class ComparisonEnded extends DomainError {}

function ended(code: number | null, signal: NodeJS.Signals | null): ComparisonEnded {
  return new ComparisonEnded(
    'UNSUPPORTED_MODEL',
    `Comparing the two graphs ended their process (${signal ?? `exit code ${code ?? 'unknown'}`}): they are too large to compare`,
  );
}

/** The process was not asked: its end was not known yet, or it never began. */
export class ComparisonUnreachable extends DomainError {}

function unreachable(cause: Error): ComparisonUnreachable {
  return new ComparisonUnreachable(
    'UNAVAILABLE',
    'The process that compares graphs could not be started or reached; try again',
    { cause },
  );
}
