import { compilePipeline } from './compile-pipeline.js';
import { prepare, type Watch } from './prepare.js';
import type { PreparedBatch } from './prepared-batch.js';
import type { MoleculeWorker } from '../molecules/molecule-worker-client.js';
import type { Pipeline } from '../pipeline.js';
import type { RowErrorNote } from '../prediction.js';

export interface ReadOptions {
  readonly signal?: AbortSignal | undefined;
  /**
   * When the answer is due, as `performance.now()`: instances that cannot be read by then have their own error. Infinity:
   * only `signal` ends it. A minute from now when left out.
   */
  readonly endsAt?: number | undefined;
  /** Sees the values of every field and step. */
  readonly watch?: Watch;
}

/** Reads domain values as a pipeline declares them: instances to the tensors of its graph. */
export class InstanceReader {
  readonly #molecules: MoleculeWorker;

  constructor(deps: { readonly molecules: MoleculeWorker }) {
    this.#molecules = deps.molecules;
  }

  /**
   * Makes the graph's tensors of instances, each of which fails alone.
   *
   * @param pipeline as parsePipeline returned it for the version's signature
   * @throws DomainError UNAVAILABLE when molecules cannot be read at the moment; `signal.reason` on abort
   */
  async prepare(
    pipeline: Pipeline,
    instances: readonly unknown[],
    { signal, endsAt, watch }: ReadOptions = {},
  ): Promise<PreparedBatch> {
    return prepare(compilePipeline(pipeline), instances, {
      molecules: this.#molecules,
      reading: {
        signal,
        until: endsAt === undefined ? undefined : endsAt - reserve(endsAt - performance.now()),
      },
      ...(watch && { watch }),
    });
  }

  /** What is wrong with each of the instances; null for one that can be read. */
  async faults(pipeline: Pipeline, instances: readonly unknown[]): Promise<(RowErrorNote | null)[]> {
    const { errors } = await this.prepare(pipeline, instances);
    return instances.map((_, place) => errors.get(place) ?? null);
  }

  /** Starts what the first instance would have to wait for. */
  async warmUp(pipeline: Pipeline): Promise<void> {
    if (compilePipeline(pipeline).hasMolecules) await this.#molecules.warmUp();
  }
}

/** Of the time that is left, what is kept for the graph and the way back: what was read is to be answered. */
function reserve(leftMs: number): number {
  return Math.min(5_000, leftMs * 0.2);
}
