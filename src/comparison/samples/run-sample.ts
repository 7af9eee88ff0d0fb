import { mayRunTogether, type ModelHandle } from '../../deployments/index.js';
import { checkInputs, type Tensor } from '../../tensors/index.js';
import { DomainError, isUserError } from '../../platform/errors.js';
import type { PipelineRunner } from '../../predictions/index.js';
import type { Pipeline } from '../../pipelines/index.js';
import { rowsGiven } from '../../predictions/index.js';
import { elementsOfValue, rowsOfOutputs, type RowAnswer } from '../row-answers.js';
import { rowOf, type Sample } from './sample.js';

export type Side = 'base' | 'target';

/** Elements of all outputs of a sample; more would hold up whoever waits for the event loop. */
const MAX_ELEMENTS = 2_000_000;

/** Asks one version about a whole sample. Runs go to the model itself: no cache answers, no batch joins them. */
export class SampleRun {
  private elements = 0;

  constructor(
    private readonly handle: ModelHandle,
    private readonly runner: PipelineRunner,
    private readonly signal: AbortSignal,
  ) {}

  /**
   * What it answers to each row. A row the model refuses is a refusal and spoils no other.
   *
   * @throws DomainError INVALID_ARGUMENT when the answer is too large to compare, UNAVAILABLE; the signal's reason
   */
  async answers(sample: Sample, side: Side): Promise<RowAnswer[]> {
    this.elements = 0;
    if (sample.form === 'INSTANCES') return this.instances(sample.pipelines[side], sample.instances);
    const answers: RowAnswer[] = [];
    // What somebody sent together is run together, as `infer` would; made-up rows are only where nothing is lost by it.
    const together = sample.source !== 'GENERATED' || mayRunTogether(this.handle.batching.rows);
    for (const { inputs, rows } of sample.requests)
      answers.push(...(await this.tensors(inputs, rows, together)));
    return answers;
  }

  /** One run of the graph: tensors are copied, since a model keeps those it is given. */
  async run(inputs: readonly Tensor[]): Promise<{ outputs: Tensor[]; inferMs: number }> {
    this.signal.throwIfAborted();
    checkInputs(this.handle.version.signature, inputs);
    return this.handle.model.run(inputs.map(copy));
  }

  private async outputsOf(inputs: readonly Tensor[]): Promise<Tensor[]> {
    const { outputs } = await this.run(inputs);
    this.elements += outputs.reduce((sum, { data }) => sum + data.length, 0);
    if (this.elements <= MAX_ELEMENTS) return outputs;
    throw new DomainError(
      'INVALID_ARGUMENT',
      `Expected at most ${MAX_ELEMENTS} elements to compare, got more from ${this.handle.version.ref}. Give fewer rows.`,
      { field: ['sample'] },
    );
  }

  private async instances(pipeline: Pipeline, instances: readonly unknown[]): Promise<RowAnswer[]> {
    const results = Object.keys(pipeline.result);
    const ask = async (some: readonly unknown[]): Promise<RowAnswer[]> => {
      const infer = (inputs: readonly Tensor[]) => this.outputsOf(inputs);
      const predictions = await this.runner.predict(pipeline, some, infer, {
        signal: this.signal,
        rows: rowsGiven(pipeline, this.handle.version.signature, this.handle.batching.rows),
      });
      return predictions.map(({ value, error }) =>
        error
          ? { kind: 'refusal', code: error.code, message: error.message }
          : { kind: 'answer', outputs: elementsOfValue(value, results) },
      );
    };
    return this.oneByOne(instances, ask);
  }

  private async tensors(inputs: readonly Tensor[], rows: number, together: boolean): Promise<RowAnswer[]> {
    const ask = async (some: readonly number[]): Promise<RowAnswer[]> => {
      const chosen =
        some.length === rows ? inputs : inputs.map((tensor) => rowOf(tensor, rows, some[0] ?? 0));
      const outputs = await this.outputsOf(chosen);
      const answers = rowsOfOutputs(outputs, some.length);
      if (answers) return answers;
      throw new DomainError(
        'RUN_FAILED',
        `${this.handle.version.ref} does not answer one row for each of the ${some.length} rows`,
      );
    };
    return this.oneByOne(
      Array.from({ length: rows }, (_, row) => row),
      ask,
      together,
    );
  }

  /** All at once, and one by one when that is refused: only the row at fault shall be. */
  private async oneByOne<Row>(
    rows: readonly Row[],
    ask: (some: readonly Row[]) => Promise<RowAnswer[]>,
    together = true,
  ): Promise<RowAnswer[]> {
    try {
      if (together || rows.length === 1) return await ask(rows);
    } catch (error) {
      const refusal = refusalOf(error);
      if (rows.length === 1) return [refusal];
    }
    const answers: RowAnswer[] = [];
    for (const row of rows) answers.push(...(await ask([row]).catch((error: unknown) => [refusalOf(error)])));
    return answers;
  }
}

/** @throws the error itself unless it is about the rows that were asked */
function refusalOf(error: unknown): RowAnswer {
  const isAboutRows =
    isUserError(error) && ['RUN_FAILED', 'INVALID_TENSOR', 'INVALID_INSTANCE'].includes(error.code);
  if (isAboutRows) return { kind: 'refusal', code: error.code, message: error.message };
  throw error;
}

function copy(tensor: Tensor): Tensor {
  return { ...tensor, data: tensor.data.slice() };
}
