import { mayRunTogether, type RowVerdict } from '../deployments/index.js';
import { isRunRefused, RunnerLost } from '../runtime/index.js';
import { type Tensor } from '../tensors/index.js';
import { DomainError } from '../platform/errors.js';
import {
  type InstanceReader,
  type Pipeline,
  type Prediction,
  type PreparedBatch,
  type ReadOptions,
  type RowErrorNote,
  runsStacked,
  type WarningNote,
} from '../pipelines/index.js';
import { answersOf } from './read-results.js';

/** Runs the graph once. It gets every input the signature has and answers every output. */
export type Infer = (inputs: Tensor[]) => Promise<Tensor[]>;

export interface PredictOptions extends ReadOptions {
  /** Left out, every instance runs by itself. */
  readonly rows?: RowVerdict;
  /** Hears of the instances that were read, before the graph runs. */
  readonly onPrepared?: (batch: PreparedBatch) => void;
}

const MAXIMUM_INSTANCES = 10_000;
const AT_ONCE = 8;

/** Rows of a batch that the graph answers together: from the first to before the last. */
type Run = readonly [from: number, to: number];

/** Domain values in, domain values out: reads instances, runs the graph, gives its numbers their meaning back. */
export class PipelineRunner {
  readonly #instances: InstanceReader;

  constructor(deps: { readonly instances: InstanceReader }) {
    this.#instances = deps.instances;
  }

  /**
   * Answers in the order of the instances. What is wrong with one instance is its own `error`; rows go
   * through the graph together in one run where they are independent, and else, as whole tensors do, with one each.
   *
   * What the graph refuses of one of several instances is that instance's `error` as well: a shared run that it refuses is
   * run again in halves, down to the instance at fault.
   *
   * @param pipeline as parsePipeline returned it for this version's signature
   * @throws DomainError INVALID_INSTANCE for too many instances; what else `infer` throws; `signal.reason` on abort
   */
  async predict(
    pipeline: Pipeline,
    instances: readonly unknown[],
    infer: Infer,
    options: PredictOptions = {},
  ): Promise<Prediction[]> {
    if (instances.length > MAXIMUM_INSTANCES)
      throw new DomainError(
        'INVALID_INSTANCE',
        `Expected at most ${MAXIMUM_INSTANCES} instances in one request, got ${instances.length}; send several requests`,
        { field: ['instances'] },
      );
    const batch = await this.#instances.prepare(pipeline, instances, options);
    options.onPrepared?.(batch);
    const predictions: Prediction[] = [];
    for (const [index, error] of batch.errors) predictions[index] = failed(error);
    const notes = options.rows?.independence === 'DECLARED' ? [declaredNote(options.rows)] : [];
    const stacked = runsStacked(pipeline);
    const answerRun = async ([from, to]: Run): Promise<void> => {
      options.signal?.throwIfAborted();
      const outputs = await answered(infer(batch.tensors(from, to)), to - from, instances.length);
      if (!Array.isArray(outputs)) {
        const middle = (from + to) >> 1;
        if (middle === from) predictions[batch.placeOf(from)] = failed(outputs);
        else {
          await answerRun([from, middle]);
          await answerRun([middle, to]);
        }
        return;
      }
      for (const [position, answer] of answersOf(pipeline, outputs, to - from, stacked).entries())
        predictions[batch.placeOf(from + position)] =
          'error' in answer
            ? failed(answer.error)
            : { ...answer, warnings: [...batch.warnings(from + position), ...notes], error: null };
    };
    await severalAtATime(runsOf(batch, options.rows), answerRun);
    return predictions;
  }

  /** Starts what the first prediction would have to wait for. */
  async warmUp(pipeline: Pipeline): Promise<void> {
    await this.#instances.warmUp(pipeline);
  }
}

function runsOf(batch: PreparedBatch, rows: RowVerdict | undefined): readonly Run[] {
  const count = batch.rows;
  if (count === 0) return [];
  if (rows !== undefined && mayRunTogether(rows) && batch.isStacked) return [[0, count]];
  return Array.from({ length: count }, (_, row): Run => [row, row + 1]);
}

/**
 * Why the graph refuses a run of `count` of the request's `total` instances, where that need not concern all of them. What
 * a shared run ended the model's process by is not tried again: each half might end another.
 */
async function answered(
  run: Promise<Tensor[]>,
  count: number,
  total: number,
): Promise<Tensor[] | RowErrorNote> {
  try {
    return await run;
  } catch (error) {
    if (total === 1 || !isRunRefused(error) || (count > 1 && error instanceof RunnerLost)) throw error;
    return { code: error.code, message: error.message };
  }
}

/** A run is on its way while another runs; all at once would hold their tensors in memory. */
async function severalAtATime<Run>(runs: readonly Run[], act: (run: Run) => Promise<void>): Promise<void> {
  const rest = runs.values();
  const worker = async (): Promise<void> => {
    for (const run of rest) await act(run);
  };
  await Promise.all(Array.from({ length: Math.min(AT_ONCE, runs.length) }, worker));
}

function declaredNote({ reason }: RowVerdict): WarningNote {
  return {
    code: 'ROWS_DECLARED_INDEPENDENT',
    message: `Answered together with other rows on the word of the version's publisher that they have no part in it; the graph does not show it (${reason ?? 'unknown'})`,
  };
}

function failed(error: RowErrorNote): Prediction {
  return { value: null, unit: null, results: [], warnings: [], error };
}
