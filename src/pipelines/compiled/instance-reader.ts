import type { FindFile, FindUpload } from '../find-file.js';
import { compilePipeline } from './compile-pipeline.js';
import { prepare, type Watch } from './prepare.js';
import type { PreparedBatch } from './prepared-batch.js';
import type { MoleculeWorker } from '../molecules/molecule-worker-client.js';
import type { Pipeline } from '../pipeline.js';
import type { RowErrorNote } from '../prediction.js';
import { checkTokenizers } from '../texts/check-tokenizers.js';
import { TokenizerFiles } from '../texts/tokenizer-files.js';

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

export interface InstanceReaderDependencies {
  readonly molecules: MoleculeWorker;
  /** Finds what versions have attached; without it pipelines can only have what stands in them. */
  readonly files?: FindFile;
  /** In place of `files`: shared with another reader. */
  readonly tokenizers?: TokenizerFiles;
  readonly uploads?: FindUpload;
}

/** Reads domain values as a pipeline declares them: instances to the tensors of its graph. */
export class InstanceReader {
  readonly #molecules: MoleculeWorker;
  readonly #tokenizers: TokenizerFiles;
  readonly #uploads: FindUpload | undefined;

  constructor(deps: InstanceReaderDependencies) {
    this.#molecules = deps.molecules;
    this.#tokenizers = deps.tokenizers ?? new TokenizerFiles(deps.files ?? noFile);
    this.#uploads = deps.uploads;
  }

  /** Another whose instances may name files that callers uploaded, which are kept for a while. */
  withUploads(uploads: FindUpload): InstanceReader {
    return new InstanceReader({ molecules: this.#molecules, tokenizers: this.#tokenizers, uploads });
  }

  /** Another that finds attached files elsewhere, such as in an archive before it is imported. */
  withFiles(files: FindFile): InstanceReader {
    return new InstanceReader({ molecules: this.#molecules, files });
  }

  /**
   * Whether every text can be turned into tokens.
   *
   * @param tables inputs of the graph that are looked up in a table, with the lines of that
   * @throws DomainError INVALID_PIPELINE; NoTokenizer for an attached file that is none
   */
  async checkTokenizers(pipeline: Pipeline, tables: Readonly<Record<string, number>> = {}): Promise<void> {
    checkTokenizers(pipeline, await this.#tokenizers.of(pipeline), tables);
  }

  /**
   * Makes the graph's tensors of instances, each of which fails alone.
   *
   * @param pipeline as parsePipeline returned it for the version's signature
   * @throws DomainError UNAVAILABLE when molecules cannot be read at the moment, ARTIFACT_NOT_FOUND or ARTIFACT_CORRUPT for
   * what is attached; `signal.reason` on abort
   */
  async prepare(
    pipeline: Pipeline,
    instances: readonly unknown[],
    { signal, endsAt, watch }: ReadOptions = {},
  ): Promise<PreparedBatch> {
    return prepare(compilePipeline(pipeline), instances, {
      molecules: this.#molecules,
      tokenizers: await this.#tokenizers.of(pipeline, signal),
      ...(this.#uploads && { uploads: this.#uploads }),
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
    await this.#tokenizers.of(pipeline);
    if (compilePipeline(pipeline).hasMolecules) await this.#molecules.warmUp();
  }
}

function noFile(digest: string): Promise<never> {
  return Promise.reject(new Error(`There are no files to find ${digest} among`));
}

/** Of the time that is left, what is kept for the graph and the way back: what was read is to be answered. */
function reserve(leftMs: number): number {
  return Math.min(5_000, leftMs * 0.2);
}
