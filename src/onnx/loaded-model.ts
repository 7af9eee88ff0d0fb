import type { DomainError } from '../platform/errors.js';
import type { Isolation } from './load-options.js';
import type { RunResult } from './runner.js';
import type { Tensor } from './tensor.js';

/** A model held in memory, until release(). */
export interface LoadedModel {
  /** Milliseconds the runtime took to read, optimise and prepare the graph, in the slowest of its replicas. */
  readonly loadMs: number;
  /** Whether the optimised graph was found on disk, so that the runtime did not have to optimise it. */
  readonly fromCache: boolean;
  /** Sessions that share its runs, each on a runner of its own. */
  readonly replicas: number;
  readonly isolation: Isolation;
  /** What releasing it gives back. PROCESS: what its processes hold for themselves, as they last said. THREAD: an estimate. */
  readonly memoryBytes: number;
  /** Of its processes; none for THREAD. */
  readonly runnerPids: readonly number[];
  /**
   * Resolves, never rejects, when the model is lost because its last runner ended; every later run is UNAVAILABLE.
   * Stays pending for a model that was released.
   */
  readonly failed: Promise<DomainError>;
  /**
   * Runs the graph once. Inputs must have passed checkInputs. Their arrays are handed over to the runner: they are empty
   * afterwards, or still being sent, and must not be used again. A part of a larger buffer, or a buffer used twice, is
   * copied instead.
   * @param outputs names of the outputs wanted; none means all
   * @throws DomainError RUN_FAILED when the graph fails on these inputs, UNAVAILABLE when the model, or the runner that
   * had taken the run, is gone
   */
  run(inputs: readonly Tensor[], outputs?: readonly string[]): Promise<RunResult>;
  /** Frees the model once the runs under way have ended. A second call waits for the same. */
  release(): Promise<void>;
}
