import type { DomainError } from '../platform/errors.js';
import type { LoadOutcome, LoadSpec } from './session-host.js';
import type { Tensor } from './tensor.js';

export interface RunResult {
  /** In the order asked for, or the graph's own. */
  readonly outputs: Tensor[];
  /** Milliseconds inside the runtime. */
  readonly inferMs: number;
}

/** Something that holds sessions and runs them off the event loop. Sessions are numbered by whoever asks for them. */
export interface Runner {
  /** Sessions loading or loaded. */
  readonly load: number;
  /** It has owed an answer for so long that a graph which never ends must be feared: give it nothing new. */
  readonly unresponsive: boolean;
  /** Resolves when the runner is gone without having been asked to go; never rejects. */
  readonly failed: Promise<DomainError>;
  /** Of its process; undefined for a thread. */
  readonly pid: number | undefined;
  /** What its process holds for itself, as it last told; undefined for a thread. */
  readonly residentBytes: number | undefined;
  loadSession(session: number, spec: LoadSpec): Promise<LoadOutcome>;
  run(session: number, inputs: readonly Tensor[], outputs: readonly string[] | undefined): Promise<RunResult>;
  releaseSession(session: number): Promise<void>;
  /** From now on what it runs gives way to everything else on the machine. Not taken back. */
  giveWay(): void;
  /** Lets what was asked before finish, then ends. */
  stop(): Promise<void>;
}
