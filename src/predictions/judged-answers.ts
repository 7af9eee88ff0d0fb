import type { VersionRecord } from '../catalog/index.js';
import type { OpenModel } from '../inference/index.js';
import type { Pipeline, Prediction } from '../pipelines/index.js';
import { DomainError } from '../platform/errors.js';
import {
  declaredVerdict,
  hasReliabilityData,
  preparedRows,
  withDomain,
  type Judge,
  type JudgedPrediction,
  type Mark,
  type ReliabilityService,
} from '../reliability/index.js';
import type { PipelineRunner } from './pipeline-runner.js';
import { rowsGiven } from './rows-given.js';

/** What describes an instance; null for one that could not be read. */
export type Quantities = Readonly<Record<string, number>> | null;

/** What is remembered of a question, whatever level it is asked at. */
export interface Answered {
  readonly predictions: Prediction[];
  readonly quantities: readonly Quantities[];
  /** Undefined where the version has no data to judge by. */
  readonly marks?: readonly (Mark | null)[];
}

export const DEFAULT_LEVEL = 0.9;

/** @throws DomainError INVALID_ARGUMENT */
export function checkLevel(level: number | null | undefined): number {
  if (level === null || level === undefined) return DEFAULT_LEVEL;
  if (level > 0 && level < 1) return level;
  throw new DomainError(
    'INVALID_ARGUMENT',
    `Expected a level above 0 and below 1, such as 0.9 for intervals that hold nine times of ten, got ${level}.`,
    { field: ['level'] },
  );
}

/** Answers instances, and says how far each answer can be trusted. */
export class JudgedAnswers {
  constructor(
    private readonly runner: PipelineRunner,
    private readonly reliability: ReliabilityService | null,
  ) {}

  /** Null, without any waiting, for a version that has no data to judge by. */
  judgeOf(model: OpenModel, pipeline: Pipeline): Promise<Judge> | null {
    const { version } = model;
    return this.prepare(version, pipeline, (inputs) => model.infer(inputs), rowsOf(model, pipeline));
  }

  /** What the first prediction would have to wait for. */
  prepare(
    version: VersionRecord,
    pipeline: Pipeline,
    infer: Parameters<PipelineRunner['predict']>[2],
    rows?: OpenModel['rows'],
  ): Promise<Judge> | null {
    if (this.reliability === null || !hasReliabilityData(version)) return null;
    return this.reliability.judgeOf(version, pipeline, (instances) =>
      this.runner.predict(pipeline, instances, infer, { ...(rows && { rows }), endsAt: Infinity }),
    );
  }

  async answer(
    held: OpenModel,
    pipeline: Pipeline,
    instances: readonly unknown[],
    judge: Judge | null,
    pause?: () => Promise<unknown>,
  ): Promise<Answered> {
    await pause?.();
    const quantities = instances.map((): Quantities => null);
    let prepared: ReturnType<typeof preparedRows> = [];
    const { signal, endsAt } = held;
    const predictions = await this.runner.predict(pipeline, instances, (inputs) => held.infer(inputs), {
      signal,
      rows: rowsOf(held, pipeline),
      endsAt,
      onPrepared: (batch) => {
        for (let row = 0; row < batch.rows; row += 1) quantities[batch.placeOf(row)] = batch.quantities(row);
        if (judge?.looksAtRows) prepared = preparedRows(batch);
      },
    });
    await pause?.();
    if (judge === null) return { predictions, quantities };
    const marks = await judge.mark(instances, prepared, predictions, {
      signal,
      until: endsAt,
      ...(pause && { pause }),
    });
    return { predictions, quantities, marks };
  }

  /** At a level, and as the deployment takes what lies outside of the domain. */
  judged(
    { predictions, quantities, marks }: Answered,
    about: {
      readonly model: OpenModel;
      readonly pipeline: Pipeline;
      readonly judge: Judge | null;
      readonly level: number;
    },
  ): JudgedPrediction[] {
    const { model, pipeline, judge, level } = about;
    const policy = model.outOfDomain;
    const judged = judge && marks ? judge.judged(predictions, marks, { level, policy }) : predictions;
    if (policy === 'WARN' || pipeline.domain === undefined) return judged;
    return judged.map((prediction: JudgedPrediction, place) => {
      const declared = prediction.domain ? null : declaredVerdict(pipeline, quantities[place] ?? null);
      return declared ? withDomain(prediction, declared, policy) : prediction;
    });
  }
}

function rowsOf({ version, rows }: OpenModel, pipeline: Pipeline): OpenModel['rows'] {
  return rowsGiven(pipeline, version.signature, rows);
}
