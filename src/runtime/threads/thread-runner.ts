import { SHARE_ENV, Worker } from 'node:worker_threads';
import { compiledEntry } from '../../platform/children/compiled-entry.js';
import { DomainError } from '../../platform/errors.js';
import { WorkerUnavailable } from '../../platform/failures.js';
import { refusalOf } from '../../onnx/index.js';
import { speaksOfMemory } from '../../platform/children/process-memory.js';
import { outOfMemory, runFailed } from '../run-failure.js';
import { RunnerLost } from '../runner-lost.js';
import { fromWire, toWire, type RunnerReply, type RunnerRequest } from './run-messages.js';
import type { Runner, RunResult } from '../runner.js';
import type { LoadOutcome, LoadSpec } from '../sessions/session-host.js';
import type { Tensor } from '../../tensors/index.js';

/** By then another runner has loaded a model that is not large. */
const RETRY_AFTER_MS = 500;
/** Loading a few gigabytes or one very long run stays below this. */
const UNRESPONSIVE_MS = 20_000;

type Phase =
  | { readonly name: 'running' }
  | { readonly name: 'stopping' }
  | { readonly name: 'gone'; readonly error: DomainError };

interface Pending {
  readonly resolve: (reply: RunnerReply) => void;
  readonly reject: (error: DomainError) => void;
}

/** A runner in a worker thread. It is never terminated: a native run that is cut off aborts the whole process. */
export class ThreadRunner implements Runner {
  readonly failed: Promise<DomainError>;
  readonly pid = undefined;
  readonly residentBytes = undefined;
  readonly #worker: Worker;
  readonly #pending = new Map<number, Pending>();
  readonly #exited: Promise<void>;
  #phase: Phase = { name: 'running' };
  #nextId = 0;
  #sessions = 0;
  /** When it last answered, or was asked while it owed nothing. */
  #owingSince = 0;

  constructor() {
    // The runtime reads the real environment, not a worker's copy of it.
    this.#worker = new Worker(compiledEntry(import.meta.url, './run-worker.js'), {
      env: SHARE_ENV,
      resourceLimits: { maxYoungGenerationSizeMb: 8 },
    });
    this.#worker.on('message', (reply: RunnerReply) => this.#settle(reply));
    let cause: unknown;
    this.#worker.on('error', (error) => (cause = error));
    this.#worker.on('messageerror', (error) => (cause = error));
    let exited: () => void = () => undefined;
    this.#exited = new Promise((resolve) => (exited = resolve));
    this.failed = new Promise((resolve) => {
      this.#worker.once('exit', (code) => {
        const asked = this.#phase.name === 'stopping';
        const error = asked
          ? new WorkerUnavailable('The model was unloaded; try again')
          : new RunnerLost('The thread that ran the model ended unexpectedly; try again', {
              end: 'CRASHED',
              // It is unknown which of them it was, and their tensors went with the thread.
              atWork: true,
              retryAfterMs: RETRY_AFTER_MS,
              cause: cause ?? new Error(`worker exited with code ${code}`),
            });
        this.#phase = { name: 'gone', error };
        for (const { reject } of this.#pending.values()) reject(error);
        this.#pending.clear();
        if (!asked) resolve(error);
        exited();
      });
    });
  }

  get ended(): boolean {
    return this.#phase.name === 'gone';
  }

  get load(): number {
    return this.#sessions;
  }

  get unresponsive(): boolean {
    return this.#pending.size > 0 && performance.now() - this.#owingSince > UNRESPONSIVE_MS;
  }

  async loadSession(session: number, spec: LoadSpec): Promise<LoadOutcome> {
    this.#sessions += 1;
    try {
      const reply = await this.#ask({ type: 'load', id: this.#nextId++, session, spec });
      if (reply.type === 'loaded') return reply.outcome;
      throw reply.type === 'refused'
        ? refusalOf(reply.code, reply.message)
        : new DomainError('INTERNAL', 'The model could not be loaded', { cause: reply });
    } catch (error) {
      this.#sessions -= 1;
      throw error;
    }
  }

  async run(
    session: number,
    inputs: readonly Tensor[],
    outputs: readonly string[] | undefined,
  ): Promise<RunResult> {
    const { tensors, transfer } = toWire(inputs);
    const names = outputs === undefined || outputs.length === 0 ? null : outputs;
    const reply = await this.#ask(
      { type: 'run', id: this.#nextId++, session, inputs: tensors, outputs: names },
      transfer,
    );
    if (reply.type === 'ran') return { outputs: reply.outputs.map(fromWire), inferMs: reply.inferMs };
    const message = 'message' in reply ? reply.message : reply.type;
    throw speaksOfMemory(message) ? outOfMemory(message, undefined) : runFailed(message);
  }

  async releaseSession(session: number): Promise<void> {
    if (this.#phase.name === 'gone') return;
    await this.#ask({ type: 'release', id: this.#nextId++, session }).finally(() => (this.#sessions -= 1));
  }

  /** A native run in a thread cannot be ended without the server. */
  end(): void {
    // Nothing to do.
  }

  giveWay(): void {
    this.#tell({ type: 'give way' });
  }

  async stop(): Promise<void> {
    if (this.#phase.name === 'running') {
      this.#phase = { name: 'stopping' };
      this.#tell({ type: 'stop' });
    }
    await this.#exited;
  }

  #tell(request: RunnerRequest): void {
    this.#worker.postMessage(request);
  }

  async #ask(
    request: Extract<RunnerRequest, { id: number }>,
    transfer: ArrayBuffer[] = [],
  ): Promise<RunnerReply> {
    if (this.#phase.name === 'gone') throw this.#phase.error;
    if (this.#phase.name === 'stopping')
      throw new WorkerUnavailable('The model is being unloaded; try again');
    // Before it is waited for: what cannot be posted (a buffer that was already handed over) throws here.
    this.#worker.postMessage(request, transfer);
    if (this.#pending.size === 0) this.#owingSince = performance.now();
    return new Promise((resolve, reject) => {
      this.#pending.set(request.id, { resolve, reject });
    });
  }

  #settle(reply: RunnerReply): void {
    this.#owingSince = performance.now();
    this.#pending.get(reply.id)?.resolve(reply);
    this.#pending.delete(reply.id);
  }
}
