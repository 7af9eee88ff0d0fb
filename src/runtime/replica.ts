import type { DomainError } from '../platform/errors.js';
import { LONG_MS, LongRuns } from './processes/long-runs.js';
import type { RunOptions, RunResult } from './runner.js';
import { onRunnerLoss } from './runner-loss.js';
import type { Seat, Seating } from './seat.js';
import type { LoadSpec } from './sessions/session-host.js';
import type { Tensor } from '../tensors/index.js';

/** One session of a model, wherever it is seated; it moves by itself when its runs turn out to be long. */
export class Replica {
  /** Resolves when its runner ended without having been asked to; never rejects. */
  readonly failed: Promise<DomainError>;
  readonly #longRuns = new LongRuns(LONG_MS);
  #seat: Seat;
  #inFlight = 0;
  /** Called when the last run under way has ended. */
  readonly #idle: (() => void)[] = [];
  /** Runs asked for while it changes seats wait for this, so that none overtakes another. */
  #gate: Promise<void> | undefined;
  #moving: Promise<void> | undefined;
  #unwatch: () => void = () => undefined;
  #reportFailure: (error: DomainError) => void = () => undefined;

  constructor(
    private readonly seating: Seating,
    private readonly spec: () => Promise<LoadSpec>,
    seat: Seat,
  ) {
    this.failed = new Promise((resolve) => (this.#reportFailure = resolve));
    this.#seat = this.#take(seat);
  }

  /** Runs asked for and not answered. */
  get inFlight(): number {
    return this.#inFlight;
  }

  get runner(): Seat['runner'] {
    return this.#seat.runner;
  }

  async run(
    inputs: readonly Tensor[],
    outputs: readonly string[] | undefined,
    options?: RunOptions,
  ): Promise<RunResult> {
    while (this.#gate !== undefined) await this.#gate;
    this.#inFlight += 1;
    try {
      const result = await this.#seat.runner.run(this.#seat.session, inputs, outputs, options);
      if (this.#longRuns.saw(result.inferMs)) this.#moving ??= this.#setAside();
      return result;
    } finally {
      this.#inFlight -= 1;
      if (this.#inFlight === 0) for (const idle of this.#idle.splice(0)) idle();
    }
  }

  /** Lets the runs under way end first; it is given none any more. */
  async retire(): Promise<void> {
    await this.#resting();
    await this.close();
  }

  async #resting(): Promise<void> {
    if (this.#inFlight > 0) await new Promise<void>((resolve) => this.#idle.push(resolve));
  }

  /** Only after its last run. */
  async close(): Promise<void> {
    await this.#moving;
    this.#unwatch();
    await this.seating.close(this.#seat);
  }

  /** Runs go on where they are until the other seat is ready. */
  async #setAside(): Promise<void> {
    const from = this.#seat;
    let to: Seat;
    try {
      to = await this.seating.setAside(from, this.spec);
    } catch {
      // No memory or no thread for it now: it stays where it is, and works.
      return;
    }
    if (to === from) return;
    let open: () => void = () => undefined;
    this.#gate = new Promise((resolve) => (open = resolve));
    await this.#resting();
    this.#seat = this.#take(to);
    this.#gate = undefined;
    open();
    await this.seating.close(from).catch(() => undefined);
  }

  #take(seat: Seat): Seat {
    this.#unwatch();
    this.#unwatch = onRunnerLoss(seat.runner, (error) => {
      if (this.#seat === seat) this.#reportFailure(error);
    });
    return seat;
  }
}
