import { fork, type ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { endWithServer } from '../../platform/children/orphan-guard.js';
import { limitedNode, NODE_DATA_BYTES } from '../../platform/children/process-limits.js';
import { BACKGROUND_PRIORITY, lowerPriority } from '../../platform/children/process-priority.js';
import { DomainError } from '../../platform/errors.js';
import { WorkerUnavailable } from '../../platform/failures.js';

/** What a child answers, or why it cannot: the message is a whole sentence for the caller. */
export type ChildReply<Answer> =
  | { readonly type: 'answer'; readonly answer: Answer }
  | { readonly type: 'refused'; readonly message: string }
  | { readonly type: 'failed'; readonly message: string };

/** The child refused: the graph is not one that it can do this for. */
export class ChildRefused extends Error {}

/**
 * A child process of low priority that reads graphs and calculates, asked one question at a time. What strange bytes make of
 * its memory concerns no other process. While idle it does not keep this process alive.
 */
export class AskedProcess<Question extends object, Answer> {
  private readonly child: ChildProcess;
  private readonly exited: Promise<unknown>;

  constructor(entry: URL, heapMegabytes: number) {
    const { execPath, execArgv } = limitedNode(
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
    this.exited = pid === undefined ? Promise.resolve() : new Promise((resolve) => this.child.once('close', resolve)); // prettier-ignore
    // Unheard by anyone, its error would end the server.
    this.child.on('error', () => undefined);
    if (pid === undefined) return;
    lowerPriority(pid, BACKGROUND_PRIORITY);
    endWithServer(this.child);
  }

  get isReachable(): boolean {
    return this.child.connected;
  }

  /**
   * After any error but ChildRefused the process is still to be ended.
   *
   * @throws ChildRefused; DomainError UNSUPPORTED_MODEL when it ended at work, UNAVAILABLE, INTERNAL; the signal's reason
   */
  async ask(question: Question, signal: AbortSignal): Promise<Answer> {
    const { child } = this;
    child.ref();
    child.channel?.ref();
    return new Promise<Answer>((resolve, reject) => {
      const settle = (act: () => void) => {
        signal.removeEventListener('abort', onAbort);
        child.off('message', onMessage).off('exit', onExit).off('error', onError);
        act();
      };
      const onAbort = () => settle(() => reject(signal.reason as Error));
      const onMessage = (message: unknown) =>
        settle(() => {
          const reply = message as ChildReply<Answer>;
          if (reply.type === 'answer') resolve(reply.answer);
          else if (reply.type === 'refused') reject(new ChildRefused(reply.message));
          else reject(new DomainError('INTERNAL', 'The graph could not be looked into', { cause: new Error(reply.message) })); // prettier-ignore
        });
      const onExit = () => settle(() => reject(tooLarge()));
      const onError = (cause: Error) => settle(() => reject(unreachable(cause)));
      if (signal.aborted) {
        onAbort();
        return;
      }
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

function tooLarge(): DomainError {
  return new DomainError(
    'UNSUPPORTED_MODEL',
    'The process that looks into the graph ended at work: the graph is too large for it. Use KERNEL_SHAP, which asks the model only.',
  );
}

function unreachable(cause: Error): DomainError {
  return new WorkerUnavailable('The process that looks into graphs could not be started or reached; try again', { cause }); // prettier-ignore
}
