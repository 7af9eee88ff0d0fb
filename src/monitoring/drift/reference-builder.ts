import { mayRunTogether, type ModelHandle } from '../../deployments/index.js';
import {
  describeQuantity,
  parsePipeline,
  tensorColumns,
  type Pipeline,
  type PreparedBatch,
  type TensorColumns,
} from '../../pipelines/index.js';
import { DomainError, isUserError } from '../../platform/errors.js';
import { rowsGiven, type PipelineRunner } from '../../predictions/index.js';
import { joinRows, rowsOf, type Tensor } from '../../tensors/index.js';
import { observePrediction, type InstanceSink } from './observe-prediction.js';
import { quantitiesOfTensor, tensorRows, valuesOfTensor, type TensorRow } from './observe-tensors.js';
import type { Observe } from './quantity.js';
import type { Reference, ReferenceFeature } from './reference.js';
import { ReferenceCollector } from './reference-collector.js';

/** Asked together: what serves meanwhile gets its turn in between. */
const AT_ONCE = 100;

/** Rows a reference is made of: as `predict` takes them, or each request's tensors as `infer` does. */
export type ReferenceRows =
  | { readonly form: 'INSTANCES'; readonly instances: readonly unknown[] }
  | { readonly form: 'TENSORS'; readonly requests: readonly (readonly Tensor[])[] };

/** Asks a version all rows, and gathers what it is asked and answers. */
export class ReferenceBuilder {
  private readonly collector = new ReferenceCollector();
  private readonly pipeline: Pipeline | null;
  private readonly columns: ReturnType<typeof tensorColumns>;
  private rows = 0;
  private unanswered = 0;

  constructor(
    private readonly handle: ModelHandle,
    private readonly runner: PipelineRunner,
    private readonly signal: AbortSignal,
  ) {
    const { pipeline, signature } = handle.version;
    this.pipeline = pipeline && parsePipeline(pipeline, signature);
    this.columns = this.pipeline ? tensorColumns(this.pipeline) : { inputs: {}, outputs: {} };
  }

  /** @throws DomainError INVALID_ARGUMENT when no row can be answered, UNAVAILABLE; the signal's reason */
  async build(
    rows: ReferenceRows,
  ): Promise<Pick<Reference, 'rows' | 'unanswered'> & { features: readonly ReferenceFeature[] }> {
    if (rows.form === 'INSTANCES') await this.instances(rows.instances);
    else await this.requests(rows.requests);
    const features = this.collector.features(this.pipeline);
    if (this.rows === this.unanswered || features.length === 0) throw nothingAnswered(this.rows);
    return { rows: this.rows, unanswered: this.unanswered, features };
  }

  private async instances(instances: readonly unknown[]): Promise<void> {
    const { pipeline, runner, signal, handle } = this;
    if (pipeline === null) throw new Error('A version without a pipeline takes no instances');
    for (let from = 0; from < instances.length; from += AT_ONCE) {
      const some = instances.slice(from, from + AT_ONCE);
      const described: (Readonly<Record<string, number>> | undefined)[] = [];
      const describe = (batch: PreparedBatch) => {
        for (let row = 0; row < batch.rows; row += 1) described[batch.placeOf(row)] = batch.quantities(row);
      };
      const predictions = await runner.predict(pipeline, some, (inputs) => this.run(inputs), {
        signal,
        rows: rowsGiven(pipeline, handle.version.signature, handle.batching.rows),
        onPrepared: describe,
      });
      this.rows += some.length;
      for (const [index, prediction] of predictions.entries()) {
        if (prediction.error) this.unanswered += 1;
        const quantities = described[index] ?? null;
        this.collector.row('PREDICT', quantities !== null, (observe) =>
          observePrediction(quantities, prediction, sinkOf(pipeline, observe)),
        );
      }
    }
  }

  private async requests(requests: readonly (readonly Tensor[])[]): Promise<void> {
    for (const inputs of this.joined(requests)) {
      this.signal.throwIfAborted();
      const rows = rowsOf(inputs) ?? 1;
      this.rows += rows;
      try {
        await this.run(inputs);
      } catch (error) {
        if (!isUserError(error)) throw error;
        this.unanswered += rows;
      }
    }
  }

  /** Single rows are run together where they cannot affect each other. */
  private *joined(requests: readonly (readonly Tensor[])[]): Generator<readonly Tensor[]> {
    const isOneRow = (inputs: readonly Tensor[]) => rowsOf(inputs) === 1;
    if (!mayRunTogether(this.handle.batching.rows) || !requests.every(isOneRow)) {
      yield* requests;
      return;
    }
    const alike = new Map<string, (readonly Tensor[])[]>();
    for (const inputs of requests) {
      const shape = JSON.stringify(inputs.map(({ name, shape: own }) => [name, own]));
      const group = alike.get(shape);
      if (group) group.push(inputs);
      else alike.set(shape, [inputs]);
    }
    for (const group of alike.values())
      for (let from = 0; from < group.length; from += AT_ONCE)
        yield joinRows(group.slice(from, from + AT_ONCE));
  }

  /** One run of the graph: tensors are copied, since a model keeps those it is given. */
  private async run(inputs: readonly Tensor[]): Promise<Tensor[]> {
    this.signal.throwIfAborted();
    const { outputs } = await this.handle.model.run(inputs.map(copy));
    const rows = rowsOf(inputs) ?? 1;
    for (let row = 0; row < rows; row += 1)
      this.collector.row('INFER', true, (observe) => {
        for (const tensor of tensorRows(inputs, { row, rows }))
          observeTensor('INPUT', tensor, this.columns.inputs[tensor.name], observe);
        for (const tensor of tensorRows(outputs, { row, rows }))
          observeTensor('OUTPUT', tensor, this.columns.outputs[tensor.name], observe);
      });
    return outputs;
  }
}

function sinkOf(pipeline: Pipeline, observe: Observe): InstanceSink {
  const operation = 'PREDICT';
  return {
    quantity(name, value) {
      const { isField, unit } = describeQuantity(pipeline, name);
      observe({ operation, role: isField ? 'INPUT' : 'QUANTITY', name, unit }, value);
    },
    result: (name, value, unit) => observe({ operation, role: 'OUTPUT', name, unit }, value),
  };
}

function observeTensor(
  role: 'INPUT' | 'OUTPUT',
  tensor: TensorRow,
  columns: TensorColumns | undefined,
  observe: Observe,
): void {
  const quantities = quantitiesOfTensor(role, tensor, columns);
  valuesOfTensor(tensor, (index, value) => {
    const quantity = quantities[index];
    if (quantity) observe(quantity, value);
  });
}

function copy(tensor: Tensor): Tensor {
  return { ...tensor, data: tensor.data.slice() };
}

function nothingAnswered(rows: number): DomainError {
  return new DomainError(
    'INVALID_ARGUMENT',
    `Expected rows that the version answers with something to count, got ${rows} of which it answers none.`,
  );
}
