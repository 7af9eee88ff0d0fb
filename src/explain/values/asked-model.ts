import type { VersionRecord } from '../../catalog/index.js';
import { mayRunTogether } from '../../deployments/index.js';
import type { InferenceService, OpenModel } from '../../inference/index.js';
import type { Pipeline } from '../../pipelines/index.js';
import { DomainError } from '../../platform/errors.js';
import { answersOf, type PipelineRunner, rowsGiven } from '../../predictions/index.js';
import { fromHalf, type Tensor } from '../../tensors/index.js';
import type { TensorSpace } from '../tensors/tensor-space.js';
import type { Budget } from './budget.js';
import { numberOf } from './resolve-target.js';
import { RowPace } from './row-pace.js';
import type { ScalarTarget } from './scalar-target.js';

const REQUEST_MS = 120_000;

export interface AskedVersion {
  /** The deployment that was asked for; null for a version. */
  readonly deployment: string | null;
  readonly version: VersionRecord;
  readonly pipeline: Pipeline;
  readonly target: ScalarTarget;
  readonly signal: AbortSignal;
}

/** Asks one version for the explained number: a few rows at a time, behind every request, within a budget. */
export class AskedModel {
  private readonly pace = new RowPace();

  constructor(
    private readonly parts: { readonly inference: InferenceService; readonly runner: PipelineRunner },
    private readonly asked: AskedVersion,
    readonly budget: Budget,
  ) {}

  /** Gives requests their turn. */
  readonly pause = (): Promise<void> => this.parts.inference.foreground.idle();

  /** @throws DomainError BUDGET_TOO_SMALL; NON_FINITE as RUN_FAILED; what asking throws */
  tensors(space: TensorSpace, rows: readonly Float64Array[]): Promise<Float64Array> {
    const { pipeline, target } = this.asked;
    return this.inChunks(rows, async (model, some) => {
      const together =
        space.isStacked && mayRunTogether(rowsGiven(pipeline, model.version.signature, model.rows));
      if (together)
        return scalarsOf(pipeline, target, await model.infer(space.tensors(some)), some.length, true);
      const numbers: number[] = [];
      for (const row of some)
        numbers.push(
          ...scalarsOf(pipeline, target, await model.infer(space.tensors([row])), 1, space.isStacked),
        );
      return numbers;
    });
  }

  /**
   * @param refuse says of an instance that cannot be answered what that means to the caller
   * @throws DomainError as `tensors`
   */
  instances(
    instances: readonly unknown[],
    refuse: (instance: unknown, why: string) => DomainError,
  ): Promise<Float64Array> {
    const { pipeline, target } = this.asked;
    return this.inChunks(instances, async (model, some) => {
      let raw: number[] | null = target.result === null ? [] : null;
      const predictions = await this.parts.runner.predict(
        pipeline,
        some,
        async (inputs) => {
          const outputs = await model.infer(inputs);
          if (raw !== null && target.output !== null)
            raw = [...raw, ...rawOf(outputs, target.output, inputs)];
          return outputs;
        },
        {
          signal: model.signal,
          rows: rowsGiven(pipeline, model.version.signature, model.rows),
          endsAt: model.endsAt,
        },
      );
      return predictions.map((prediction, place) => {
        if (prediction.error !== null) throw refuse(some[place], prediction.error.message);
        return raw === null ? numberOf(target, prediction.results) : (raw[place] ?? Number.NaN);
      });
    });
  }

  private async inChunks<Row>(
    rows: readonly Row[],
    work: (model: OpenModel, some: readonly Row[]) => Promise<readonly number[]>,
  ): Promise<Float64Array> {
    const { budget, pace } = this;
    const numbers = new Float64Array(rows.length);
    for (let from = 0; from < rows.length;) {
      this.asked.signal.throwIfAborted();
      const some = rows.slice(from, from + pace.rows);
      budget.take(some.length);
      const begun = performance.now();
      const answers = await this.held((model) => work(model, some));
      pace.took(some.length, performance.now() - begun);
      for (const [place, answer] of answers.entries()) {
        if (!Number.isFinite(answer))
          throw new DomainError(
            'RUN_FAILED',
            `The model answered ${answer} for a row that the explanation needs: expected a finite number for "${this.asked.target.name}". Choose a background nearer to the instance.`,
          );
        numbers[from + place] = answer;
      }
      from += some.length;
      await this.pause();
    }
    return numbers;
  }

  /** One hold for each step: a deployment that moves on, or is taken away, does not wait for an explanation. */
  private async held(work: (model: OpenModel) => Promise<readonly number[]>): Promise<readonly number[]> {
    const { deployment, version, signal } = this.asked;
    const target = deployment === null ? { version: version.ref } : { deployment, pin: version.ref };
    return this.parts.inference.aside({ ...target, deadlineMs: REQUEST_MS, signal }, work);
  }
}

function scalarsOf(
  pipeline: Pipeline,
  target: ScalarTarget,
  outputs: readonly Tensor[],
  rows: number,
  isStacked: boolean,
): number[] {
  if (target.output !== null) return rawNumbers(outputs, target.output, rows);
  return answersOf(pipeline, outputs, rows, isStacked).map((answer) =>
    'error' in answer ? Number.NaN : numberOf(target, answer.results),
  );
}

function rawOf(
  outputs: readonly Tensor[],
  output: NonNullable<ScalarTarget['output']>,
  inputs: readonly Tensor[],
): number[] {
  const rows = outputs.find(({ name }) => name === output.name)?.shape[0] ?? 1;
  const stacked = inputs.every(({ shape }) => shape[0] === rows);
  return rawNumbers(outputs, output, stacked ? rows : 1);
}

function rawNumbers(
  outputs: readonly Tensor[],
  { name, element }: NonNullable<ScalarTarget['output']>,
  rows: number,
): number[] {
  const tensor = outputs.find((output) => output.name === name);
  if (tensor === undefined) throw new DomainError('RUN_FAILED', `The graph answered no output "${name}"`);
  const width = tensor.data.length / rows;
  return Array.from({ length: rows }, (_, row) => {
    const value = Number(tensor.data[row * width + element]);
    return tensor.datatype === 'FP16' ? fromHalf(value) : value;
  });
}
