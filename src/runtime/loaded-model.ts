import type { DomainError } from '../platform/errors.js';
import type { Isolation } from './sessions/load-options.js';
import type { RunOptions, RunResult, RunUnderWay } from './runner.js';
import type { Tensor } from '../tensors/index.js';

/** A model held in memory, or behind connections to a server that holds it, until release(). */
export interface LoadedModel {
  /** Milliseconds the runtime took to read, optimise and prepare the graph, in the slowest of its replicas. */
  readonly loadMs: number;
  /** Whether the optimised graph was found on disk, so that the runtime did not have to optimise it. */
  readonly fromCache: boolean;
  /** Sessions that share its runs, each on a runner of its own. */
  readonly replicas: number;
  readonly isolation: Isolation;
  /** It runs on another server, which shows nothing of its graph and may be changed behind this one's back. */
  readonly isRemote: boolean;
  /** What releasing it gives back. PROCESS: what its processes hold for themselves, as they last said. THREAD: an estimate. */
  readonly memoryBytes: number;
  /** Of its processes; none for THREAD. */
  readonly runnerPids: readonly number[];
  /**
   * Resolves, never rejects, when the model is lost because its last runner ended; every later run is UNAVAILABLE.
   * Stays pending for a model that was released.
   */
  readonly failed: Promise<DomainError>;
  /** Its last runner ended, and no other takes its place. */
  readonly lost: boolean;
  /**
   * Runs the graph once. Inputs must have passed checkInputs. Their arrays are handed over to the runner: they are empty
   * afterwards, or still being sent, and must not be used again. A part of a larger buffer, or a buffer used twice, is
   * copied instead.
   * @param outputs names of the outputs wanted; none means all
   *
   * A run that had not begun when its process ended is run by the next one, without a word. One that was being worked on is
   * never run again here: the caller that joined it decides whether it may be.
   * @throws DomainError RUN_FAILED when the graph fails on these inputs, MODEL_OUT_OF_MEMORY when they take more memory than
   * the model may, RUN_TOO_LONG when they took longer, INVALID_ARGUMENT for outputs beyond `options.maxOutputBytes`;
   * UNAVAILABLE when the model, or the runner that was at work on the run, is gone (RunnerLost tells how)
   */
  run(inputs: readonly Tensor[], outputs?: readonly string[], options?: RunOptions): Promise<RunResult>;
  /**
   * Ends a run whose answer nobody waits for any more. Its process goes with it, after another has loaded the model, which
   * takes over what waited behind it. No run is ended that is over by then, is not being worked on, or is in a
   * thread.
   */
  abandon(run: RunUnderWay): void;
  /**
   * What it holds now is what it needs. A process that has grown far beyond that is replaced between runs, so that the
   * memory is given back.
   */
  warmedUp(): void;
  /** Frees the model once the runs under way have ended. A second call waits for the same. */
  release(): Promise<void>;
}
