import type { VersionRecord } from '../catalog/index.js';
import type { InferenceService, TargetRequest, Timing } from '../inference/index.js';
import type { Tensor } from '../tensors/index.js';
import { DomainError } from '../platform/errors.js';
import type { Caller } from '../security/index.js';
import {
  derivedPipeline,
  describeInstance,
  describeResults,
  drawnField,
  type InstanceDescription,
  parsePipeline,
  type Pipeline,
  type ResultDescription,
} from '../pipelines/index.js';
import {
  declaredVerdict,
  type DomainVerdict,
  type JudgedPrediction,
  type ReliabilityService,
} from '../reliability/index.js';
import { checkLevel, JudgedAnswers, type Quantities } from './judged-answers.js';
import type { PipelineRunner } from './pipeline-runner.js';
import { newRequestKey, predictionId } from './prediction-id.js';
import { inUnits, resultUnits } from './result-units.js';
import { numbersOfPredictions } from './prediction-numbers.js';
import type { Prediction } from '../pipelines/index.js';

export interface PredictRequest extends TargetRequest {
  readonly instances: readonly unknown[];
  /** Units to answer in: by result, or one for the only result. */
  readonly units?: unknown;
  /** Of intervals and sets, above 0 and below 1; 0.9 when left out. */
  readonly level?: number | null | undefined;
}

/** A prediction with the id by which it can be spoken of later. */
export interface IdentifiedPrediction extends JudgedPrediction {
  readonly id: string;
  /** The instance, where it can be drawn: a picture is made when it is asked for, after the answer. */
  readonly molecule: unknown;
  /** Made when it is asked for, where nothing but the pipeline's own ranges say it. */
  readonly verdict?: () => DomainVerdict | null;
}

/** What `predict` takes of a version, and what it answers. */
export interface VersionDescription {
  readonly instance: InstanceDescription;
  readonly results: readonly ResultDescription[];
}

/** Domain values in, domain values out: the version's own pipeline around its graph, or the one its signature makes. */
export class PredictionService {
  private readonly inference: InferenceService;
  private readonly runner: PipelineRunner;
  private readonly answers: JudgedAnswers;
  /** Versions are immutable, so a pipeline is parsed once; forgotten with the record it hangs on. */
  private readonly parsed = new WeakMap<VersionRecord, Pipeline>();

  constructor(deps: {
    readonly inference: InferenceService;
    readonly runner: PipelineRunner;
    /** Left out, nothing is said of how far predictions can be trusted. */
    readonly reliability?: ReliabilityService;
  }) {
    this.inference = deps.inference;
    this.runner = deps.runner;
    this.answers = new JudgedAnswers(deps.runner, deps.reliability ?? null);
  }

  /**
   * One prediction per instance, in order; a bad instance fails alone.
   *
   * @throws DomainError what InferenceService.withModel throws.
   */
  async predict(
    caller: Caller,
    request: PredictRequest,
  ): Promise<{ predictions: IdentifiedPrediction[]; version: VersionRecord; timing: Timing }> {
    const { instances, units } = request;
    const isWaitedFor = request.priority !== 'BACKGROUND';
    const level = checkLevel(request.level);
    const described = new WeakMap<readonly JudgedPrediction[], readonly Quantities[]>();
    const { result, version, timing } = await this.inference.withModel(caller, 'predict', request, {
      work: async (model) => {
        const pipeline = this.pipelineOf(model.version);
        // Before anything runs: what cannot be converted is refused as a whole.
        resultUnits(pipeline, units);
        const judging = this.answers.judgeOf(model, pipeline);
        const judge = judging === null ? null : await judging;
        const pause = isWaitedFor ? undefined : this.whenIdle;
        // Remembered together with the answers: what describes an instance, and how far it is from others, is not found again.
        const found = await model.remembered(instances, allSucceeded, (held) =>
          this.answers.answer(held, pipeline, instances, judge, pause),
        );
        await pause?.();
        const predictions = this.answers.judged(found, { model, pipeline, judge, level });
        const { quantities } = found;
        described.set(predictions, quantities);
        const asked = () => ({ operation: 'PREDICT', instances: answered(instances, predictions) }) as const;
        return { value: predictions, rows: instances.length, asked, quantities, instances };
      },
      numbersOf: numbersOfPredictions,
      identify: newRequestKey,
      present: (predictions, _until, answering, key) => {
        const pipeline = this.pipelineOf(answering);
        const drawn = drawnField(pipeline);
        const quantities = described.get(predictions);
        const converted = inUnits(predictions, resultUnits(pipeline, units));
        return converted.map((prediction, place): IdentifiedPrediction => ({
          ...prediction,
          id: predictionId(key, place),
          molecule: drawn?.(instances[place]),
          verdict: () => prediction.domain ?? declaredVerdict(pipeline, quantities?.[place] ?? null),
        }));
      },
    });
    return { predictions: result, version, timing };
  }

  /** Between the steps of work that nobody waits for: resolves when no request is under way, or after a moment. */
  readonly whenIdle = (): Promise<void> => this.inference.foreground.idle();

  /** Starts what the version's pipeline needs, so that the first request does not wait for it. */
  async warmUp(version: VersionRecord, run: (inputs: Tensor[]) => Promise<Tensor[]>): Promise<void> {
    const pipeline = this.pipelineOf(version);
    if (version.pipeline !== null) await this.runner.warmUp(pipeline);
    await this.answers.prepare(version, pipeline, run);
  }

  /**
   * Answers instances outside of any request, by the runs that are given.
   *
   * @throws DomainError INVALID_INSTANCE when one cannot be read or answered, and what `run` throws
   */
  async tryInstances(
    version: VersionRecord,
    instances: readonly unknown[],
    run: (inputs: Tensor[]) => Promise<Tensor[]>,
  ): Promise<void> {
    const predictions = await this.runner.predict(this.pipelineOf(version), instances, run);
    const failed = predictions.find(({ error }) => error !== null);
    if (failed?.error) throw new DomainError('INVALID_INSTANCE', failed.error.message);
  }

  /** What an instance of the version is, and what it answers. */
  describe(version: VersionRecord): VersionDescription {
    const pipeline = this.pipelineOf(version);
    return { instance: describeInstance(pipeline), results: describeResults(pipeline) };
  }

  /** What the version predicts by. */
  pipelineOf(version: VersionRecord): Pipeline {
    const known = this.parsed.get(version);
    if (known) return known;
    const pipeline =
      version.pipeline === null
        ? derivedPipeline(version.signature)
        : parsePipeline(version.pipeline, version.signature);
    this.parsed.set(version, pipeline);
    return pipeline;
  }
}

function answered(instances: readonly unknown[], predictions: readonly Prediction[]): unknown[] {
  return instances.filter((_, index) => predictions[index]?.error === null);
}

/** A failure may have to do with the moment: a molecule that took too long may be quick enough the next time. */
function allSucceeded({ predictions }: { readonly predictions: readonly Prediction[] }): boolean {
  return predictions.every(({ error }) => error === null);
}
