import { setTimeout as pause } from 'node:timers/promises';
import { DomainError } from '../../platform/errors.js';
import { withDefaults, type Signature, type Tensor } from '../../tensors/index.js';
import type { LoadedModel } from '../loaded-model.js';
import { unloaded } from '../replica-places.js';
import type { RunOptions, RunResult, RunUnderWay } from '../runner.js';
import { RunnerLost } from '../runner-lost.js';
import type { LoadOptions } from '../sessions/load-options.js';
import type { EngineClient } from './engine-client.js';
import type { Description } from './engine-protocol.js';
import { ExchangeFailure, RemoteUnavailable } from './remote-failures.js';

/** Connections and what is on its way over them; the model itself takes its memory elsewhere. */
export const REMOTE_BYTES = 2 * 1024 ** 2;
/** So many runs in a row that came to nothing, and the engine is taken for lost. */
const MAX_FAILURES = 3;
/** A connection that was refused once may be refused by chance; what was sent is never sent again. */
const TRIES = 2;
const PAUSE_MS = 50;
/** How often a run waits for another look at the model, when connections come and go. */
const MAX_LOOKS = 5;
/** Where no connection outlives its answer, losing one tells nothing. */
const LOOK_EVERY_MS = 1_000;

/**
 * A model behind another server, which is given runs like any other. Invariants: a run is sent at most once, after the model was
 * looked at since any connection was lost; once it is lost, its deployment looks for it again as for any lost runner, which
 * is the circuit breaker: the runs that are refused meanwhile cost nothing, and each attempt to load it is the probe.
 */
export class RemoteModel implements LoadedModel {
  readonly isRemote = true;
  readonly isolation = 'PROCESS' as const;
  readonly fromCache = false;
  readonly memoryBytes = REMOTE_BYTES;
  readonly runnerPids: readonly number[] = [];
  readonly failed: Promise<DomainError>;
  #reportFailure: (error: DomainError) => void = () => undefined;
  #lost: RunnerLost | undefined;
  #failures = 0;
  #running = 0;
  #idle: (() => void) | undefined;
  #released: Promise<void> | undefined;
  #description: Description;
  #seen: { readonly generation: number; readonly at: number };
  #looking: Promise<void> | null = null;

  constructor(
    private readonly client: EngineClient,
    /** As it was found, and `generation` before that. */
    found: { readonly description: Description; readonly generation: number; readonly loadMs: number },
    private readonly deps: {
      readonly signature: Signature;
      readonly what: string;
      readonly replicas: number;
      readonly maxRunMs: number;
      readonly defaults: readonly Tensor[];
      readonly onRunnerLost?: LoadOptions['onRunnerLost'];
      readonly onReleased: () => void;
    },
  ) {
    this.failed = new Promise((resolve) => (this.#reportFailure = resolve));
    this.#description = found.description;
    this.#seen = { generation: found.generation, at: performance.now() };
    this.loadMs = found.loadMs;
  }

  readonly loadMs: number;

  get replicas(): number {
    return this.deps.replicas;
  }

  get lost(): boolean {
    return this.#lost !== undefined;
  }

  async run(
    inputs: readonly Tensor[],
    outputs?: readonly string[],
    options: RunOptions = {},
  ): Promise<RunResult> {
    const run = new RemoteRun();
    options.taken?.(run);
    this.#running += 1;
    try {
      return await this.#run(run, withDefaults(inputs, this.deps.defaults), outputs, options);
    } catch (error) {
      throw this.#judged(error);
    } finally {
      run.over = true;
      this.#running -= 1;
      if (this.#running === 0) this.#idle?.();
    }
  }

  /** Runs are given up one by one, as soon as nobody waits for them (`RunUnderWay.giveUp`). */
  abandon(run: RunUnderWay): void {
    run.giveUp?.();
  }

  warmedUp(): void {
    // What it takes is elsewhere.
  }

  release(): Promise<void> {
    this.#released ??= this.#release();
    return this.#released;
  }

  async #run(
    run: RemoteRun,
    inputs: readonly Tensor[],
    outputs: readonly string[] | undefined,
    options: RunOptions,
  ): Promise<RunResult> {
    const { signature, maxRunMs } = this.deps;
    const { limitMs = Infinity, endsAt = Infinity, maxOutputBytes = 0 } = options;
    const wanted =
      outputs === undefined || outputs.length === 0 ? signature.outputs.map(({ name }) => name) : outputs;
    let refused = 0;
    for (let looks = 0; looks < MAX_LOOKS; looks += 1) {
      const generation = await this.#lookedAt();
      run.check();
      const begun = performance.now();
      const limit = Math.min(limitMs, maxRunMs, Math.max(1, endsAt - begun));
      const asking = {
        inputs,
        outputs: wanted,
        limitMs: limit,
        maxOutputBytes,
        generation,
        taken: run.begin,
      };
      try {
        const answered = await this.client.ask(asking, this.#description, signature);
        this.#failures = 0;
        return { outputs: answered, inferMs: performance.now() - begun };
      } catch (error) {
        if (!(error instanceof ExchangeFailure)) throw error;
        if (error.end === 'TIMEOUT' && limit < maxRunMs) throw tooLate(limit, error);
        if (error.end === 'UNREACHABLE' && (refused += 1) < TRIES) await pause(PAUSE_MS);
        else if (error.end !== 'STALE') throw error;
      }
    }
    throw new ExchangeFailure('UNREACHABLE', 'loses its connections again and again');
  }

  /** @returns the generation of connections in which the model is the one it has to be */
  async #lookedAt(): Promise<number> {
    for (let looks = 0; looks < MAX_LOOKS; looks += 1) {
      if (this.#released !== undefined) throw unloaded();
      if (this.#lost !== undefined) throw this.#lost;
      const { generation, closesEach } = this.client;
      const isOld = closesEach && performance.now() - this.#seen.at > LOOK_EVERY_MS;
      if (generation === this.#seen.generation && !isOld) return generation;
      this.#looking ??= this.#look().finally(() => (this.#looking = null));
      await this.#looking;
    }
    throw new ExchangeFailure('UNREACHABLE', 'loses its connections again and again');
  }

  async #look(): Promise<void> {
    for (let tries = 1; ; tries += 1) {
      const { generation } = this.client;
      try {
        this.#description = await this.client.describe(this.deps.signature);
        this.#seen = { generation, at: performance.now() };
        return;
      } catch (error) {
        if (error instanceof RemoteUnavailable && tries < TRIES) await pause(PAUSE_MS);
        else throw this.#lose(error instanceof Error ? error.message : String(error), error);
      }
    }
  }

  /** What the caller is told, after what it means for the engine. */
  #judged(error: unknown): unknown {
    if (error instanceof RunnerLost) return error;
    if (error instanceof ExchangeFailure) return this.#ofExchange(error);
    if (
      error instanceof RemoteUnavailable ||
      (error instanceof DomainError && error.code === 'REMOTE_FAILED')
    )
      this.#failedOnce(error.message);
    else if (error instanceof DomainError && error.code !== 'DEADLINE_EXCEEDED') this.#failures = 0;
    return error;
  }

  #ofExchange(failure: ExchangeFailure): DomainError {
    const { end, what, unsent } = failure;
    const message = `The remote engine of ${this.deps.what} ${what}`;
    if (end === 'CANCELLED')
      return new DomainError('UNAVAILABLE', 'Nobody waited for the run any more', { cause: failure });
    // Nothing was sent: another may take it.
    if (unsent) return this.#lose(message, failure);
    this.#failedOnce(message);
    const hint =
      end === 'TIMEOUT'
        ? ' (runtime.maxRunMs)'
        : '; whether it ran is not known, and it is not sent again by itself';
    return new RemoteUnavailable(`${message}${hint}`, { cause: failure, retryAfterMs: 500 });
  }

  #failedOnce(message: string): void {
    this.#failures += 1;
    if (this.#failures >= MAX_FAILURES)
      this.#lose(`${message.replace(/\.$/, '')} (${this.#failures} runs in a row failed)`, undefined);
  }

  #lose(message: string, cause: unknown): RunnerLost {
    if (this.#lost !== undefined) return this.#lost;
    const words = message.replace(/(?:; try again)?\.?$/, '');
    const error = new RunnerLost(`${words}; try again`, {
      end: 'REMOTE_LOST',
      atWork: false,
      cause,
      retryAfterMs: 500,
    });
    this.#lost = error;
    this.deps.onRunnerLost?.({ error, replicasLeft: 0 });
    this.#reportFailure(error);
    return error;
  }

  async #release(): Promise<void> {
    try {
      if (this.#running > 0) await new Promise<void>((resolve) => (this.#idle = resolve));
      await this.client.close();
    } finally {
      this.deps.onReleased();
    }
  }
}

/** A run that is on its way, or there. */
class RemoteRun implements RunUnderWay {
  readonly runner = null;
  readonly followers = 0;
  over = false;
  private cancel: (() => void) | null = null;
  private givenUp = false;

  get atWork(): boolean {
    return !this.over;
  }

  readonly begin = (cancel: () => void): void => {
    this.cancel = cancel;
  };

  readonly giveUp = (): void => {
    this.givenUp = true;
    this.cancel?.();
  };

  /** @throws ExchangeFailure once it was given up */
  check(): void {
    if (this.givenUp) throw new ExchangeFailure('CANCELLED', 'was cancelled');
  }
}

function tooLate(limitMs: number, cause: unknown): DomainError {
  return new DomainError(
    'DEADLINE_EXCEEDED',
    `The remote engine did not answer within the ${Math.round(limitMs)} ms that were left.`,
    { cause },
  );
}
