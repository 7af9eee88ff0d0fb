import { mayRunTogether, type RowVerdict } from '../deployments/index.js';
import { isRunRefused, RunnerLost } from '../runtime/index.js';
import { type Tensor } from '../tensors/index.js';
import { DomainError } from '../platform/errors.js';
import {
  fillTensor,
  type InstanceReader,
  type Pipeline,
  type Prediction,
  type PreparedInstance,
  type ReadOptions,
  type RowErrorNote,
  type SourceValue,
  type WarningNote,
} from '../pipelines/index.js';
import { answersOf } from './read-results.js';

/** Runs the graph once. It gets every input the signature has and answers every output. */
export type Infer = (inputs: Tensor[]) => Promise<Tensor[]>;

export interface PredictOptions extends ReadOptions {
  /** Left out, every instance runs by itself. */
  readonly rows?: RowVerdict;
  /** Hears of each instance that was read, by its place in the request, before the graph runs. */
  readonly onPrepared?: (index: number, instance: PreparedInstance) => void;
}

const MAXIMUM_INSTANCES = 10_000;
const AT_ONCE = 8;

/** An instance ready for the graph, and its place in the request. */
interface Prepared extends PreparedInstance {
  readonly index: number;
}

/** Domain values in, domain values out: reads instances, runs the graph, gives its numbers their meaning back. */
export class PipelineRunner {
  readonly #instances: InstanceReader;

  constructor(deps: { readonly instances: InstanceReader }) {
    this.#instances = deps.instances;
  }

  /**
   * Answers in the order of the instances. What is wrong with one instance is its own `error`; molecules and nuclides
   * go through the graph together in one run where their rows are independent, and else, as particles do, with one each.
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
    const predictions: Prediction[] = [];
    const prepared: Prepared[] = [];
    for (const [index, outcome] of (await this.#instances.read(pipeline, instances, options)).entries()) {
      if ('code' in outcome) predictions[index] = failed(outcome);
      else {
        prepared.push({ index, ...outcome });
        options.onPrepared?.(index, outcome);
      }
    }
    const notes = options.rows?.independence === 'DECLARED' ? [declaredNote(options.rows)] : [];
    const answerRun = async (run: readonly Prepared[]): Promise<void> => {
      options.signal?.throwIfAborted();
      const outputs = await answered(infer(inputTensors(pipeline, run)), run.length, instances.length);
      if (!Array.isArray(outputs)) {
        const middle = run.length >> 1;
        if (middle === 0) for (const { index } of run) predictions[index] = failed(outputs);
        else for (const half of [run.slice(0, middle), run.slice(middle)]) await answerRun(half);
        return;
      }
      const answers = answersOf(pipeline, outputs, run.length, isStacked(pipeline));
      for (const [position, { index, warnings }] of run.entries()) {
        const answer = answers[position];
        if (answer === undefined) throw new Error('Fewer answers than instances');
        predictions[index] =
          'error' in answer
            ? failed(answer.error)
            : { ...answer, warnings: [...warnings, ...notes], error: null };
      }
    };
    await severalAtATime(runsOf(pipeline, prepared, options.rows), answerRun);
    return predictions;
  }

  /** Starts what the first prediction would have to wait for. */
  async warmUp(pipeline: Pipeline): Promise<void> {
    await this.#instances.warmUp(pipeline);
  }
}

/** Whether instances share one run: rows stacked along a first dimension that varies in every tensor. */
function isStacked(pipeline: Pipeline): boolean {
  return (
    pipeline.instance.kind !== 'particles' &&
    [...Object.values(pipeline.inputs), ...Object.values(pipeline.outputs)].every(
      ({ shape }) => shape[0] === -1,
    )
  );
}

function runsOf(
  pipeline: Pipeline,
  prepared: readonly Prepared[],
  rows: RowVerdict | undefined,
): readonly (readonly Prepared[])[] {
  if (prepared.length === 0) return [];
  const together = isStacked(pipeline) && rows !== undefined && mayRunTogether(rows);
  return together ? [prepared] : prepared.map((one) => [one]);
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

function inputTensors(pipeline: Pipeline, run: readonly Prepared[]): Tensor[] {
  return Object.entries(pipeline.inputs).map(([name, { datatype, shape }]) => {
    const rows = run.map(({ values }) => values[name] ?? { shape: [], data: [] });
    return fillTensor(
      name,
      datatype,
      runShape(pipeline, shape, rows),
      rows.map(({ data }) => data),
    );
  });
}

function runShape(
  pipeline: Pipeline,
  declared: readonly number[],
  rows: readonly SourceValue[],
): readonly number[] {
  const [first] = rows;
  const own = first?.shape ?? [];
  if (pipeline.instance.kind === 'particles')
    return declared.length === own.length ? own : declared.map(() => 1);
  return declared.length === 1 ? [rows.length] : [rows.length, first?.data.length ?? 0];
}

function failed(error: RowErrorNote): Prediction {
  return { value: null, unit: null, results: [], warnings: [], error };
}
