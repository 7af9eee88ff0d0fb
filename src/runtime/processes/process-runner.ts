import { DomainError } from '../../platform/errors.js';
import { WorkerUnavailable } from '../../platform/failures.js';
import { AnswerTooLarge } from '../answer-size.js';
import type { Frame } from './frame.js';
import { LongRuns } from './long-runs.js';
import { refusalOf, type ModelProblemCode } from '../../onnx/index.js';
import { BACKGROUND_PRIORITY, YIELDING_PRIORITY } from '../../platform/children/process-priority.js';
import { NODE_DATA_BYTES } from '../../platform/children/process-limits.js';
import { Pending } from './pending.js';
import { encoded, RunnerProcess } from './runner-process.js';
import { endedByItself, lossOf, tookTooLong, tookTooMuch, type Verdict } from './verdict.js';
import { outOfMemory, runFailed } from '../run-failure.js';
import type { Runner, RunOptions, RunResult } from '../runner.js';
import type { RunnerEnd } from '../runner-lost.js';
import type { LoadOutcome, LoadSpec } from '../sessions/session-host.js';
import type { Tensor } from '../../tensors/index.js';

/** Starting the process and loading a few gigabytes from a slow disk stay below this. */
const LOAD_LIMIT_MS = 300_000;
/** A child that has nothing to do ends at once when it is told to. */
const STOP_LIMIT_MS = 5_000;
/** What the server does for a run of several requests takes about as long. */
const YIELDING_MS = 0.25;
/** How often the memory of a process is looked at while a run takes longer than this. */
const LOOK_MS = 100;

export interface ProcessRunnerOptions {
  /** Ends the process when a run takes longer; left out, never. */
  readonly maxRunMs?: number | undefined;
  /** That the process may take beside what Node.js takes for itself; left out, no limit. */
  readonly maxMemoryBytes?: number | undefined;
}

type Phase =
  | { readonly name: 'running' }
  | { readonly name: 'stopping' }
  | { readonly name: 'gone'; readonly error: DomainError };

/**
 * A runner in a process of its own, for one session. Whatever the native runtime does, it does it there: a crash costs
 * that process, and a run without an end is killed. Requests are answered in their order.
 */
export class ProcessRunner implements Runner {
  /** What does not answer is killed instead. */
  readonly unresponsive = false;
  readonly failed: Promise<DomainError>;
  readonly #process: RunnerProcess;
  readonly #exited: Promise<void>;
  #reportExit: () => void = () => undefined;
  #reportFailure: (error: DomainError) => void = () => undefined;
  readonly #pending: Pending[] = [];
  /** Why the process is being killed, when it is Retort that kills it. */
  #verdict: Verdict | undefined;
  #phase: Phase = { name: 'running' };
  #nextId = 0;
  #sessions = 0;
  #residentBytes = 0;
  /** When the oldest request became the one that is being worked on. */
  #headSince = 0;
  #watch: NodeJS.Timeout | undefined;
  #watchAt = Infinity;
  #look: NodeJS.Timeout | undefined;
  readonly #maxRunMs: number;
  readonly #maxMemoryBytes: number | undefined;
  readonly #yieldingRuns = new LongRuns(YIELDING_MS);

  constructor({ maxRunMs = Infinity, maxMemoryBytes }: ProcessRunnerOptions = {}) {
    this.#maxRunMs = maxRunMs;
    this.#maxMemoryBytes = maxMemoryBytes;
    this.#exited = new Promise((resolve) => (this.#reportExit = resolve));
    this.failed = new Promise((resolve) => (this.#reportFailure = resolve));
    this.#process = new RunnerProcess(maxMemoryBytes, {
      heard: (frame) => this.#settle(frame),
      garbled: (why) => this.#kill({ end: 'CRASHED', what: `sent what cannot be understood (${why})` }),
      ended: (how, end) => this.#onEnded(how, end),
    });
  }

  get ended(): boolean {
    return this.#phase.name === 'gone';
  }

  get load(): number {
    return this.#sessions;
  }

  get pid(): number | undefined {
    return this.#process.pid;
  }

  get residentBytes(): number {
    return this.#residentBytes;
  }

  /** What does not answer is killed instead. */
  async loadSession(_session: number, spec: LoadSpec): Promise<LoadOutcome> {
    this.#sessions += 1;
    try {
      const text = JSON.stringify(spec);
      const reply = await this.#ask('load', { text, names: null, tensors: [], first: 0 }, LOAD_LIMIT_MS);
      if (reply.kind === 'loaded') return JSON.parse(reply.text) as LoadOutcome;
      throw reply.kind === 'refused'
        ? refusalOf(reply.names?.[0] as ModelProblemCode, reply.text)
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
    options: RunOptions = NO_OPTIONS,
  ): Promise<RunResult> {
    const names = outputs === undefined || outputs.length === 0 ? null : outputs;
    const { limitMs = Infinity, maxOutputBytes = 0 } = options;
    const limit = Math.min(limitMs, this.#maxRunMs);
    const request = { text: '', names, tensors: inputs, first: maxOutputBytes };
    const reply = await this.#ask('run', request, limit, options);
    if (reply.kind === 'ran') {
      const inferMs = reply.first;
      if (this.#process.priority < YIELDING_PRIORITY && this.#yieldingRuns.saw(inferMs))
        this.#process.lowerPriority(YIELDING_PRIORITY);
      return { outputs: [...reply.tensors], inferMs };
    }
    switch (reply.names?.[0]) {
      case 'OUT_OF_MEMORY':
        throw outOfMemory(reply.text, this.#maxMemoryBytes);
      case 'TOO_LARGE':
        throw new AnswerTooLarge(reply.first, maxOutputBytes);
      default:
        throw runFailed(reply.text);
    }
  }

  /** The session goes with the process. */
  async releaseSession(): Promise<void> {
    this.#sessions -= 1;
    await this.stop();
  }

  giveWay(): void {
    this.#process.lowerPriority(BACKGROUND_PRIORITY);
  }

  end(): void {
    this.#kill({
      end: 'ABANDONED',
      what: 'was ended, since nobody waited for its run any more and others did',
    });
  }

  async stop(): Promise<void> {
    if (this.#phase.name === 'running') {
      this.#phase = { name: 'stopping' };
      this.#process.finish();
      if (this.#pending.length === 0) this.#takeUp();
    }
    await this.#exited;
  }

  /** Ends it at once, whatever it is doing. */
  async abandon(): Promise<void> {
    if (this.#phase.name === 'running') this.#phase = { name: 'stopping' };
    this.#kill({ end: 'ABANDONED', what: 'was ended' });
    await this.#exited;
  }

  #ask(
    kind: Pending['kind'],
    { text, names, tensors, first }: Pick<Frame, 'text' | 'names' | 'tensors' | 'first'>,
    limitMs: number,
    options: RunOptions = NO_OPTIONS,
  ): Promise<Frame> {
    return new Promise((resolve, reject) => {
      if (this.#phase.name === 'gone') throw this.#phase.error;
      if (this.#phase.name === 'stopping')
        throw new WorkerUnavailable('The model is being unloaded; try again');
      const id = (this.#nextId = (this.#nextId + 1) >>> 0);
      const chunks = encoded({ kind, id, first, second: 0, text, names, tensors });
      const pending = new Pending(this, this.#pending, { id, kind, limitMs, resolve, reject });
      this.#pending.push(pending);
      options.taken?.(pending);
      if (this.#pending.length === 1) this.#takeUp();
      this.#process.send(chunks);
    });
  }

  #settle(reply: Frame): void {
    const head = this.#pending[0];
    if (head?.id !== reply.id) {
      const what = `answered request ${reply.id} instead of ${head?.id ?? 'none'}`;
      this.#kill({ end: 'CRASHED', what });
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
    if (this.#look === undefined && this.#maxMemoryBytes !== undefined) this.#lookLater();
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
      this.#kill(tookTooLong(kind, limitMs));
      return;
    }
    this.#watchAt = deadline;
    this.#watch = setTimeout(() => this.#rewatch(), Math.min(left, 2 ** 31 - 1)).unref();
  }

  /** The limit that the system keeps is enough where it is kept; a process that has got beyond it is ended here. */
  #lookLater(): void {
    this.#look = setTimeout(() => {
      this.#look = undefined;
      const [head] = this.#pending;
      if (head === undefined || this.#phase.name === 'gone') return;
      if (performance.now() - this.#headSince >= LOOK_MS) this.#lookAtMemory();
      this.#lookLater();
    }, LOOK_MS).unref();
  }

  #lookAtMemory(): void {
    const bytes = this.#process.ownBytes;
    if (bytes === undefined) return;
    this.#residentBytes = bytes;
    const most = this.#maxMemoryBytes;
    if (most !== undefined && bytes > most + NODE_DATA_BYTES) this.#kill(tookTooMuch(most));
  }

  #kill(verdict: Verdict): void {
    this.#verdict ??= verdict;
    this.#process.kill();
  }

  #onEnded(how: string, end: RunnerEnd): void {
    const { output } = this.#process;
    const asked = this.#phase.name === 'stopping';
    const verdict = this.#verdict ?? endedByItself(how, end, output, this.#maxMemoryBytes);
    const cause = new Error(`${how}${output === '' ? '' : `; it said: ${output}`}`);
    const error = asked
      ? new WorkerUnavailable('The model was unloaded; try again')
      : lossOf(verdict, false, cause);
    this.#phase = { name: 'gone', error };
    clearTimeout(this.#watch);
    clearTimeout(this.#look);
    for (const [index, { reject }] of this.#pending.splice(0).entries())
      reject(asked || index > 0 ? error : lossOf(verdict, true, cause));
    if (!asked) this.#reportFailure(error);
    this.#reportExit();
  }
}

const NO_OPTIONS: RunOptions = {};
