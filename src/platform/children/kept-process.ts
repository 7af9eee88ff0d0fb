import { fork, type ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { DomainError } from '../errors.js';
import { endWithServer } from './orphan-guard.js';
import { limitedNode, NODE_DATA_BYTES } from './process-limits.js';
import { BACKGROUND_PRIORITY, lowerPriority } from './process-priority.js';

/** A kind of child process, and what is said to callers when one does not answer. */
export interface KeptProcessKind {
  /** Compiled. It answers every message by one message, and ends when the parent closes the channel. */
  readonly entry: URL;
  readonly heapMegabytes: number;
  /** Of one question; no limit when left out. */
  readonly timeout?: { readonly ms: number; readonly error: () => DomainError };
  /** It ended at work: mostly, what it was asked was too large for it. */
  readonly ended: (code: number | null, signal: NodeJS.Signals | null) => DomainError;
  /** It was not asked: its end was not known yet, or it never began. */
  readonly unreachable: (cause: Error) => DomainError;
}

/** The process ended, or was not to be reached, before it had answered. */
export class ProcessLost extends Error {
  constructor(readonly reason: DomainError) {
    super(reason.message);
  }
}

/**
 * A child process of low priority that is asked one question at a time. What strange bytes make of its memory concerns no other
 * process. While idle it does not keep this process alive.
 */
export class KeptProcess<Question extends object, Reply> {
  private readonly child: ChildProcess;
  private readonly exited: Promise<unknown>;

  constructor(private readonly kind: KeptProcessKind) {
    const { entry, heapMegabytes } = kind;
    const { execPath, execArgv } = limitedNode(
      // Beside the heap: what Node.js takes, and buffers.
      { dataBytes: NODE_DATA_BYTES + 2 * heapMegabytes * 1024 ** 2 },
      [`--max-old-space-size=${heapMegabytes}`],
    );
    this.child = fork(fileURLToPath(entry), [], {
      // It gets none of the server's secrets.
      env: {},
      execPath,
      execArgv: [...execArgv],
      // 'advanced' carries typed arrays, NaN and infinities.
      serialization: 'advanced',
      stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
    });
    const { pid } = this.child;
    // One that never came to be has no end. Unheard by anyone, its error would end the server.
    this.exited = pid === undefined ? Promise.resolve() : new Promise((resolve) => this.child.once('close', resolve)); // prettier-ignore
    this.child.on('error', () => undefined);
    if (pid === undefined) return;
    lowerPriority(pid, BACKGROUND_PRIORITY);
    endWithServer(this.child);
  }

  get isReachable(): boolean {
    return this.child.connected;
  }

  /**
   * After any error the process is still to be ended.
   *
   * @throws ProcessLost; the kind's error of its timeout; the signal's reason
   */
  async ask(question: Question, signal: AbortSignal): Promise<Reply> {
    signal.throwIfAborted();
    const { child } = this;
    const { timeout, ended, unreachable } = this.kind;
    child.ref();
    child.channel?.ref();
    return new Promise<Reply>((resolve, reject) => {
      const settle = (act: () => void) => {
        clearTimeout(timer);
        signal.removeEventListener('abort', onAbort);
        child.off('message', onMessage).off('exit', onExit).off('error', onError);
        act();
      };
      const fail = (error: Error) => settle(() => reject(error));
      const onAbort = () => fail(signal.reason as Error);
      const onMessage = (reply: unknown) => settle(() => resolve(reply as Reply));
      const onExit = (code: number | null, by: NodeJS.Signals | null) =>
        fail(new ProcessLost(ended(code, by)));
      const onError = (cause: Error) => fail(new ProcessLost(unreachable(cause)));
      const timer = timeout && setTimeout(() => fail(timeout.error()), timeout.ms);
      signal.addEventListener('abort', onAbort, { once: true });
      child.on('message', onMessage).on('exit', onExit).on('error', onError);
      child.send(question, (error) => {
        if (error !== null) onError(error);
      });
    }).finally(() => {
      child.unref();
      child.channel?.unref();
    });
  }

  /** It holds nothing that would have to be put in order. Resolves when it is gone. */
  async end(): Promise<void> {
    this.child.ref();
    this.child.kill('SIGKILL');
    await this.exited;
  }
}
