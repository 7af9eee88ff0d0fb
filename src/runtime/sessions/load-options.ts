import type { DomainError } from '../../platform/errors.js';
import type { ExecutionProvider, ProviderOptions } from './execution-providers.js';
import type { Tensor } from '../../tensors/index.js';

/** Where a model's sessions live: in a thread of the server, or in processes of their own, which may crash alone. */
export type Isolation = 'THREAD' | 'PROCESS';

/** How far the runtime may rewrite a graph before it runs it. ALL includes layouts made for this very processor. */
export type GraphOptimization = 'DISABLED' | 'BASIC' | 'EXTENDED' | 'ALL';

export interface LoadOptions {
  /** Default THREAD. */
  readonly isolation?: Isolation;
  /** Threads one run may use. Default 1. */
  readonly threads?: number;
  /** That many sessions, each on a runner of its own; runs go to the least busy. Default 1. */
  readonly replicas?: number;
  /** Default ALL. */
  readonly optimization?: GraphOptimization;
  /** In order of preference. Default CPU alone. One that is not available is refused with INVALID_ARGUMENT. */
  readonly providers?: readonly ExecutionProvider[];
  /** Of some of the providers. */
  readonly providerOptions?: readonly ProviderOptions[];
  /** Names the file's bytes. Key of the cache of optimised graphs; without it nothing is cached. */
  readonly digest?: string;
  /** Of optional inputs: each run gets those that it does not bring. */
  readonly defaults?: readonly Tensor[];
  /** PROCESS only: a run that takes longer (milliseconds) ends its process. Default: no limit. */
  readonly maxRunMs?: number;
  /** PROCESS only: what each process may take for itself beside Node.js, in bytes. Default: no limit. */
  readonly maxMemoryBytes?: number;
  /** A runner ended without having been asked to. The runs it owed have been rejected with the same error. */
  readonly onRunnerLost?: (loss: { readonly error: DomainError; readonly replicasLeft: number }) => void;
  /** A lost replica is back, at the given attempt, so long after it was lost. Others served meanwhile. */
  readonly onRunnerRestarted?: (info: { readonly attempt: number; readonly afterMs: number }) => void;
}
