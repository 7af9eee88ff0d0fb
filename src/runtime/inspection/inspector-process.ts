import { fork, type ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { compiledEntry } from '../../platform/children/compiled-entry.js';
import type {
  InspectorReady,
  InspectorReply,
  InspectorRequest,
  InspectorTrial,
} from './inspector-messages.js';
import { childEnvironment } from '../../platform/children/child-environment.js';
import { endWithServer } from '../../platform/children/orphan-guard.js';
import { BACKGROUND_PRIORITY, lowerPriority } from '../../platform/children/process-priority.js';
import { crashed, hung, hungInTrial, tooLarge, unreachable } from './inspection-problems.js';
import { computingMs, ownMemory } from './process-usage.js';

/** What the description of a graph may take as objects of JavaScript; weights are not among them. */
const HEAP_MEGABYTES = 1_536;
const WATCH_EVERY_MS = 100;
/** Even on a very busy machine a process gets more of the time than this part of it. */
const IDLE_SHARE = 20;
/** A process that has not begun by then will not; a busy machine takes seconds. */
const START_MS = 120_000;

export interface InspectionLimits {
  /** How long it may take to read and load. */
  readonly timeoutMs: number;
  /** How long one run on made-up inputs may take then. */
  readonly trialTimeoutMs: number;
  /** Memory that belongs to the process alone. */
  readonly memoryBytes: number;
}

/** A child process that reads models, one after the other. While idle it does not keep this process alive. */
export class InspectorProcess {
  readonly #child: ChildProcess;
  readonly #exited: Promise<unknown>;
  /** It has said so: what ends it from then on, its model does. */
  #isReady = false;
  #hasGivenWay = false;
  /** What it had computed when it began with what it was asked last. */
  #computedBefore: number | undefined;
  #begunAt = Infinity;

  constructor() {
    this.#child = fork(fileURLToPath(compiledEntry(import.meta.url, './inspector-child.js')), [], {
      // Strange bytes are read there, so it gets none of the server's secrets.
      env: { ...childEnvironment([]), ORT_DISABLE_TELEMETRY: '1' },
      execArgv: [`--max-old-space-size=${HEAP_MEGABYTES}`],
      // 'advanced' carries bigint.
      serialization: 'advanced',
      stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
    });
    const { pid } = this.#child;
    // One that never came to be has no end.
    this.#exited =
      pid === undefined ? Promise.resolve() : new Promise((resolve) => this.#child.once('exit', resolve));
    // The waiting caller hears it too; a rejection that nobody handles would end the server.
    this.#child.on('error', () => undefined);
    if (pid !== undefined) endWithServer(this.#child);
  }

  /** Whether it can be asked again: it lives, and is as quick as any other. */
  get isFresh(): boolean {
    return this.#child.connected && !this.#hasGivenWay;
  }

  /**
   * How long it has computed for what it was asked last; by the clock where the system does not say. A busy machine makes
   * nothing slow by this measure. Its start does not count.
   */
  get computedMs(): number {
    const elapsed = Math.max(0, performance.now() - this.#begunAt);
    const now = computingMs(this.#child.pid);
    if (now === undefined || this.#computedBefore === undefined) return elapsed;
    // One that waits for something without computing is not quick for ever.
    return Math.max(now - this.#computedBefore, elapsed / IDLE_SHARE);
  }

  /** From now on whatever else the machine has to do comes first. Not taken back. */
  giveWay(): void {
    const { pid } = this.#child;
    this.#hasGivenWay = true;
    if (pid !== undefined) lowerPriority(pid, BACKGROUND_PRIORITY);
  }

  /** @throws DomainError INVALID_MODEL, UNSUPPORTED_MODEL, UNAVAILABLE; the signal's reason. After any of them it is ended. */
  async ask(
    request: InspectorRequest,
    { timeoutMs, trialTimeoutMs, memoryBytes }: InspectionLimits,
    signal: AbortSignal,
  ): Promise<InspectorReply> {
    const child = this.#child;
    child.ref();
    child.channel?.ref();
    this.#begunAt = Infinity;
    if (this.#isReady) this.#begin();
    return new Promise<InspectorReply>((resolve, reject) => {
      const settle = (act: () => void) => {
        clearTimeout(timer);
        clearInterval(watch);
        signal.removeEventListener('abort', onAbort);
        child.off('message', onMessage).off('exit', onExit).off('error', onError);
        child.unref();
        child.channel?.unref();
        act();
      };
      const giveUp = (reason: unknown) => {
        // SIGKILL, since a native loop looks at no other signal.
        child.kill('SIGKILL');
        settle(() => reject(reason));
      };
      const onAbort = () => giveUp(signal.reason);
      const onMessage = (message: unknown) => {
        const reply = message as InspectorReply | InspectorReady | InspectorTrial;
        if (reply.type === 'ready') {
          this.#isReady = true;
          this.#begin();
          clearTimeout(timer);
          timer = setTimeout(() => giveUp(hung(timeoutMs)), timeoutMs);
        } else if (reply.type === 'trial') {
          clearTimeout(timer);
          timer = setTimeout(() => giveUp(hungInTrial(trialTimeoutMs)), trialTimeoutMs);
        } else settle(() => resolve(reply));
      };
      const onExit = (code: number | null, ending: NodeJS.Signals | null) => {
        settle(() => reject(this.#isReady ? crashed(code, ending) : unreachable()));
      };
      const onError = (cause: Error) => giveUp(unreachable(cause));
      let timer = this.#isReady
        ? setTimeout(() => giveUp(hung(timeoutMs)), timeoutMs)
        : setTimeout(() => giveUp(unreachable()), START_MS);
      const watch = setInterval(() => {
        if (ownMemory(child.pid) > memoryBytes) giveUp(tooLarge(memoryBytes));
      }, WATCH_EVERY_MS);
      signal.addEventListener('abort', onAbort, { once: true });
      child.on('message', onMessage).on('exit', onExit).on('error', onError);
      child.send(request, (error) => {
        if (error !== null) onError(error);
      });
    });
  }

  #begin(): void {
    this.#begunAt = performance.now();
    this.#computedBefore = computingMs(this.#child.pid);
  }

  /** It holds nothing that would have to be put in order. Resolves when it is gone. */
  async end(): Promise<void> {
    this.#child.ref();
    this.#child.kill('SIGKILL');
    await this.#exited;
  }
}
