import type { OptimizationFigures } from '../../catalog/index.js';
import { DEFAULT_SETTINGS, mayRunTogether, type RowVerdict } from '../../deployments/index.js';
import type { LoadedModel, ModelFiles, RunnerPool } from '../../runtime/index.js';
import { defaultInputs, type Signature, type Tensor } from '../../tensors/index.js';
import type { PreparedSample } from '../samples/prepared-sample.js';

/** What is served together, as a deployment does it unless it says otherwise. */
export const ROWS_A_RUN = DEFAULT_SETTINGS.batching.maxBatchSize;
export const THREADS = DEFAULT_SETTINGS.runtime.threads;

/** What is known of a graph before it runs. */
export interface GraphFacts {
  readonly signature: Signature;
  readonly files: ModelFiles;
  readonly bytes: number;
  readonly parameters: number;
  readonly rows: RowVerdict;
}

/** A graph that is loaded as a deployment would load it, in a process of its own. */
export class MeasuredGraph {
  private constructor(
    readonly facts: GraphFacts,
    private readonly model: LoadedModel,
    private readonly signal: AbortSignal,
  ) {}

  /** @throws DomainError what loading a graph throws */
  static async load(
    runners: Pick<RunnerPool, 'load'>,
    facts: GraphFacts,
    signal: AbortSignal,
  ): Promise<MeasuredGraph> {
    const { threads, isolation, graphOptimization, maxRunMs } = DEFAULT_SETTINGS.runtime;
    const model = await runners.load(facts.files, {
      threads,
      isolation,
      optimization: graphOptimization,
      maxRunMs,
      defaults: defaultInputs(facts.signature),
    });
    return new MeasuredGraph(facts, model, signal);
  }

  /** Whether rows of several callers would run together. */
  get joins(): boolean {
    return mayRunTogether(this.facts.rows);
  }

  /** @throws DomainError RUN_FAILED and what else a run throws; the signal's reason */
  async run(inputs: readonly Tensor[]): Promise<{ outputs: Tensor[]; inferMs: number }> {
    this.signal.throwIfAborted();
    return this.model.run(inputs.map((tensor) => ({ ...tensor, data: tensor.data.slice() })));
  }

  /** What it answers to every row, run by run: together as far as they would be served together. */
  async answers(sample: PreparedSample): Promise<GraphAnswers[]> {
    const size = this.joins && sample.isStacked ? ROWS_A_RUN : 1;
    const answers: GraphAnswers[] = [];
    for (let from = 0; from < sample.rows; from += size) {
      const to = Math.min(sample.rows, from + size);
      const { outputs } = await this.run(sample.tensors(from, to));
      answers.push({ outputs, rows: to - from });
    }
    return answers;
  }

  /** What is known of it by now. */
  figures(measured: Pick<OptimizationFigures, 'latencies' | 'metrics'>): OptimizationFigures {
    const { bytes, parameters, rows } = this.facts;
    const { memoryBytes } = this.model;
    return {
      bytes,
      parameters,
      ...measured,
      memoryBytes: this.model.runnerPids.length > 0 ? memoryBytes : null,
      rowsIndependent: rows.independence,
      rowsIndependentReason: rows.reason,
    };
  }

  release(): Promise<void> {
    return this.model.release();
  }
}

/** Of one run. */
export interface GraphAnswers {
  readonly outputs: readonly Tensor[];
  readonly rows: number;
}
