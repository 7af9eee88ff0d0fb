import type { ChildProcess } from 'node:child_process';
import type { Duplex } from 'node:stream';
import { DomainError } from '../platform/errors.js';
import { encodeFrame, FrameTooLarge, type Frame } from './frame.js';
import { FrameReader } from './frame-reader.js';
import { LongRuns } from './long-runs.js';
import type { ModelProblemCode } from './model-problem.js';
import { BACKGROUND_PRIORITY, lowerPriority, YIELDING_PRIORITY } from './process-priority.js';
import { spawnRunner } from './process-spawn.js';
import type { Runner, RunResult } from './runner.js';
import type { LoadOutcome, LoadSpec } from './session-host.js';
import type { Tensor } from './tensor.js';

/** Starting the process and loading a few gigabytes from a slow disk stay below this. */
const LOAD_LIMIT_MS = 300_000;
/** A child that has nothing to do ends at once when it is told to. */
const STOP_LIMIT_MS = 5_000;
/** By then another process has loaded a model that is not large. */
const RETRY_AFTER_MS = 500;
const KEPT_OUTPUT = 2_000;
/** What the server does for a run of several requests takes about as long. */
const YIELDING_MS = 0.25;

type Phase =
  | { readonly name: 'running' }
  | { readonly name: 'stopping' }
  | { readonly name: 'gone'; readonly error: DomainError };

interface Pending {
  readonly id: number;
  readonly kind: 'load' | 'run';
  readonly limitMs: number;
  readonly resolve: (reply: Frame) => void;
  readonly reject: (error: DomainError) => void;
}

/**
 * A runner in a process of its own, for one session. Whatever the native runtime does, it does it there: a crash costs
 * that process, and a run without an end is killed. Requests are answered in their order.
 */
export class ProcessRunner implements Runner {
  /** What does not answer is killed instead. */
  readonly unresponsive = false;
  readonly failed: Promise<DomainError>;
  readonly #child: ChildProcess;
  readonly #socket: Duplex;
  readonly #exited: Promise<void>;
  readonly #pending: Pending[] = [];
  /** Why the process is being killed, when it is Retort that kills it. */
  #verdict: string | undefined;
  #phase: Phase = { name: 'running' };
  #nextId = 0;
  #sessions = 0;
  #residentBytes = 0;
  /** When the oldest request became the one that is being worked on. */
  #headSince = 0;
  #watch: NodeJS.Timeout | undefined;
  #watchAt = Infinity;
  readonly #yieldingRuns = new LongRuns(YIELDING_MS);
  /** Never raised: the system lets only an administrator do that. */
  #priority = 0;

  /** @param maxRunMs ends the process when a run takes longer; Infinity for never */
  constructor(private readonly maxRunMs = Infinity) {
    this.#child = spawnRunner();
    this.#socket = this.#child.stdio[3] as Duplex;
    const reader = new FrameReader();
    this.#socket.on('data', (chunk: Buffer) => {
      try {
        for (const frame of reader.push(chunk)) this.#settle(frame);
      } catch (error) {
        this.#kill(
          `sent what cannot be understood (${error instanceof Error ? error.message : String(error)})`,
        );
      }
    });
    // A child that ended while it was written to: its end is told by 'close'.
    this.#socket.on('error', () => undefined);
    let output = '';
    this.#child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      output = (output + text).slice(-KEPT_OUTPUT);
    });
    let exited: () => void = () => undefined;
    this.#exited = new Promise((resolve) => (exited = resolve));
    this.failed = new Promise((resolve) => {
      const ended = (how: string): void => {
        if (this.#phase.name === 'gone') return;
        const asked = this.#phase.name === 'stopping';
        const error = asked
          ? new DomainError('UNAVAILABLE', 'The model was unloaded; try again')
          : new DomainError(
              'UNAVAILABLE',
              `The process that ran the model ${this.#verdict ?? how}; try again`,
              {
                retryAfterMs: RETRY_AFTER_MS,
                cause: new Error(`${how}${output === '' ? '' : `; it said: ${output}`}`),
              },
            );
        this.#phase = { name: 'gone', error };
        clearTimeout(this.#watch);
        for (const { reject } of this.#pending.splice(0)) reject(error);
        if (!asked) resolve(error);
        exited();
      };
      // 'close' and not 'exit': answers that were sent before are read first.
      this.#child.once('close', (code, signal) => ended(endOf(code, signal)));
      this.#child.once('error', (error) => {
        if (this.#child.pid === undefined) ended(`could not be started (${error.message})`);
      });
    });
  }

  get load(): number {
    return this.#sessions;
  }

  get pid(): number | undefined {
    return this.#phase.name === 'gone' ? undefined : this.#child.pid;
  }

  get residentBytes(): number {
    return this.#residentBytes;
  }

  /** What does not answer is killed instead. */
  async loadSession(_session: number, spec: LoadSpec): Promise<LoadOutcome> {
    this.#sessions += 1;
    try {
      const text = JSON.stringify(spec);
      const reply = await this.#ask('load', { text, names: null, tensors: [] }, LOAD_LIMIT_MS);
      if (reply.kind === 'loaded') return JSON.parse(reply.text) as LoadOutcome;
      throw reply.kind === 'refused'
        ? new DomainError(reply.names?.[0] as ModelProblemCode, reply.text)
        : new DomainError('INTERNAL', 'The model could not be loaded', { cause: new Error(reply.text) });
    } catch (error) {
      this.#sessions -= 1;
      throw error;
    }
  }

  async run(
    _session: number,
    inputs: readonly Tensor[],
    outputs: readonly string[] | undefined,
  ): Promise<RunResult> {
    const names = outputs === undefined || outputs.length === 0 ? null : outputs;
    const reply = await this.#ask('run', { text: '', names, tensors: inputs }, this.maxRunMs);
    if (reply.kind === 'ran') {
      const inferMs = reply.first;
      if (this.#priority < YIELDING_PRIORITY && this.#yieldingRuns.saw(inferMs))
        this.#lower(YIELDING_PRIORITY);
      return { outputs: [...reply.tensors], inferMs };
    }
    throw new DomainError('RUN_FAILED', `The model failed on these inputs: ${reply.text}`);
  }

  /** The session goes with the process. */
  async releaseSession(): Promise<void> {
    this.#sessions -= 1;
    await this.stop();
  }

  giveWay(): void {
    this.#lower(BACKGROUND_PRIORITY);
  }

  async stop(): Promise<void> {
    if (this.#phase.name === 'running') {
      this.#phase = { name: 'stopping' };
      // The child answers what it was asked before, reads the end, and ends.
      this.#socket.end();
      if (this.#pending.length === 0) this.#takeUp();
    }
    await this.#exited;
  }

  /** Ends it at once, whatever it is doing. */
  async abandon(): Promise<void> {
    if (this.#phase.name === 'running') this.#phase = { name: 'stopping' };
    this.#kill('was ended');
    await this.#exited;
  }

  #lower(priority: number): void {
    const { pid } = this;
    if (pid === undefined || priority <= this.#priority) return;
    this.#priority = priority;
    lowerPriority(pid, priority);
  }

  #ask(
    kind: Pending['kind'],
    { text, names, tensors }: Pick<Frame, 'text' | 'names' | 'tensors'>,
    limitMs: number,
  ): Promise<Frame> {
    return new Promise((resolve, reject) => {
      if (this.#phase.name === 'gone') throw this.#phase.error;
      if (this.#phase.name === 'stopping')
        throw new DomainError('UNAVAILABLE', 'The model is being unloaded; try again');
      const id = (this.#nextId = (this.#nextId + 1) >>> 0);
      const chunks = encode({ kind, id, first: 0, second: 0, text, names, tensors });
      this.#pending.push({ id, kind, limitMs, resolve, reject });
      if (this.#pending.length === 1) this.#takeUp();
      if (chunks.length > 1) this.#socket.cork();
      for (const chunk of chunks) this.#socket.write(chunk);
      if (chunks.length > 1) this.#socket.uncork();
    });
  }

  #settle(reply: Frame): void {
    const head = this.#pending[0];
    if (head?.id !== reply.id) {
      this.#kill(`answered request ${reply.id} instead of ${head?.id ?? 'none'}`);
      return;
    }
    this.#pending.shift();
    if (reply.second > 0) this.#residentBytes = reply.second;
    this.#takeUp();
    head.resolve(reply);
  }

  /** The oldest request is being worked on from now on. */
  #takeUp(): void {
    this.#headSince = performance.now();
    if (this.#deadline < this.#watchAt) this.#rewatch();
  }

  get #deadline(): number {
    const limitMs = this.#pending[0]?.limitMs ?? (this.#phase.name === 'stopping' ? STOP_LIMIT_MS : Infinity);
    return this.#headSince + limitMs;
  }

  /** One timer for all requests, not one for each: a small run takes no longer than starting a timer. */
  #rewatch(): void {
    clearTimeout(this.#watch);
    this.#watchAt = Infinity;
    const deadline = this.#deadline;
    if (deadline === Infinity || this.#phase.name === 'gone') return;
    const left = deadline - performance.now();
    if (left <= 0) {
      const { kind = 'stop', limitMs = STOP_LIMIT_MS } = this.#pending[0] ?? {};
      this.#kill(`was ended, since its ${kind} took longer than ${limitMs} ms`);
      return;
    }
    this.#watchAt = deadline;
    this.#watch = setTimeout(() => this.#rewatch(), Math.min(left, 2 ** 31 - 1)).unref();
  }

  /** SIGKILL, since a native loop looks at no other signal. */
  #kill(verdict: string): void {
    this.#verdict ??= verdict;
    this.#child.kill('SIGKILL');
  }
}

function encode(frame: Frame): Buffer[] {
  try {
    return encodeFrame(frame);
  } catch (error) {
    if (error instanceof FrameTooLarge)
      throw new DomainError('RUN_FAILED', `The model was not run: ${error.message}`);
    throw error;
  }
}

function endOf(code: number | null, signal: NodeJS.Signals | null): string {
  switch (signal) {
    case null:
      return `ended unexpectedly (exit code ${code ?? 'unknown'})`;
    case 'SIGKILL':
      return 'was killed (SIGKILL; the system does that when memory runs out)';
    case 'SIGABRT':
      return 'crashed (SIGABRT; the runtime gave up, perhaps for lack of memory)';
    default:
      return `crashed (${signal})`;
  }
}
