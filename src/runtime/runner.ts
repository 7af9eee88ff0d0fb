import type { DomainError } from '../platform/errors.js';
import type { LoadOutcome, LoadSpec } from './sessions/session-host.js';
import type { Tensor } from '../tensors/index.js';

export interface RunResult {
  /** In the order asked for, or the graph's own. */
  readonly outputs: Tensor[];
  /** Milliseconds inside the runtime. */
  readonly inferMs: number;
}

/** What the caller of a run may say about it. Means nothing to a thread, whose runs cannot be ended. */
export interface RunOptions {
  /** A run that takes longer (milliseconds) ends its process; the model's own limit counts when it is shorter. */
  readonly limitMs?: number;
  /** When nobody will wait for the answer any more, as `performance.now()`; for runs elsewhere. */
  readonly endsAt?: number;
  /** Outputs of more bytes are refused before they leave the process. */
  readonly maxOutputBytes?: number;
  /** It is on its way to what runs it. */
  taken?(run: RunUnderWay): void;
}

/** A run that a process, or a remote engine, has taken; see LoadedModel.abandon. */
export interface RunUnderWay {
  /** Null for a run elsewhere. */
  readonly runner: Runner | null;
  /** False while it waits behind another, and when it has ended. */
  readonly atWork: boolean;
  /** Runs that wait behind it in the same process. */
  readonly followers: number;
  /** Ends this run and nothing else; left out where that cannot be. */
  readonly giveUp?: () => void;
}

/** Something that holds sessions and runs them off the event loop. Sessions are numbered by the caller that asks for them. */
export interface Runner {
  /** Sessions loading or loaded. */
  readonly load: number;
  /** It takes no more runs. */
  readonly ended: boolean;
  /** It has owed an answer for so long that a graph which never ends must be feared: give it nothing new. */
  readonly unresponsive: boolean;
  /** Resolves when the runner is gone without having been asked to go; never rejects. */
  readonly failed: Promise<DomainError>;
  /** Of its process; undefined for a thread. */
  readonly pid: number | undefined;
  /** What its process holds for itself, as it last told; undefined for a thread. */
  readonly residentBytes: number | undefined;
  loadSession(session: number, spec: LoadSpec): Promise<LoadOutcome>;
  run(
    session: number,
    inputs: readonly Tensor[],
    outputs: readonly string[] | undefined,
    options?: RunOptions,
  ): Promise<RunResult>;
  releaseSession(session: number): Promise<void>;
  /** From now on what it runs gives way to everything else on the machine. Not taken back. */
  giveWay(): void;
  /** Ends the run that is being worked on, and the runner with it, if that can be done. */
  end(): void;
  /** Lets what was asked before finish, then ends. */
  stop(): Promise<void>;
}
