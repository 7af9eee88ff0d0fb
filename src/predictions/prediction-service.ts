import type { VersionRecord } from '../catalog/index.js';
import type { InferenceService, TargetRequest, Timing } from '../inference/index.js';
import type { Tensor } from '../tensors/index.js';
import { DomainError } from '../platform/errors.js';
import type { Caller } from '../security/index.js';
import {
  describeInstance,
  describeResults,
  parsePipeline,
  type InstanceDescription,
  type Pipeline,
  type ResultDescription,
} from '../pipelines/index.js';
import type { PipelineRunner } from './pipeline-runner.js';
import { newRequestKey, predictionId } from './prediction-id.js';
import { rowsGiven } from './rows-given.js';
import { numbersOfPredictions } from './prediction-numbers.js';
import type { Prediction } from '../pipelines/index.js';

export interface PredictRequest extends TargetRequest {
  readonly instances: readonly unknown[];
}

/** A prediction with the id by which it can be spoken of later. */
export interface IdentifiedPrediction extends Prediction {
  readonly id: string;
  /** The instance, where it can be drawn: a picture is made when it is asked for, after the answer. */
  readonly molecule: unknown;
}

/** What `predict` takes of a version, and what it answers. */
export interface VersionDescription {
  readonly instance: InstanceDescription;
  readonly results: readonly ResultDescription[];
}

/** What describes an instance; null for one that could not be read. */
type Quantities = Readonly<Record<string, number>> | null;

/** Domain values in, domain values out: the version's own pipeline around its graph. */
export class PredictionService {
  private readonly inference: InferenceService;
  private readonly runner: PipelineRunner;
  /** Versions are immutable, so a pipeline is parsed once; forgotten with the record it hangs on. */
  private readonly parsed = new WeakMap<VersionRecord, Pipeline>();

  constructor(deps: { readonly inference: InferenceService; readonly runner: PipelineRunner }) {
    this.inference = deps.inference;
    this.runner = deps.runner;
  }

  /**
   * One prediction per instance, in order; a bad instance fails alone.
   *
   * @throws DomainError NO_PIPELINE when the version has none, and what InferenceService.withModel throws.
   */
  async predict(
    caller: Caller,
    request: PredictRequest,
  ): Promise<{ predictions: IdentifiedPrediction[]; version: VersionRecord; timing: Timing }> {
    const { instances } = request;
    const { result, version, timing } = await this.inference.withModel(caller, 'predict', request, {
      work: async (model) => {
        const pipeline = this.pipelineOf(model.version);
        // Remembered together with the answers: what describes an instance is not read again.
        const { predictions, quantities } = await model.remembered(instances, allSucceeded, async (held) => {
          const described = instances.map((): Quantities => null);
          const answers = await this.runner.predict(
            pipeline,
            instances,
            (inputs: readonly Tensor[]) => held.infer(inputs),
            {
              signal: held.signal,
              rows: rowsGiven(pipeline, model.version.signature, held.rows),
              endsAt: held.endsAt,
              onPrepared: (index, prepared) => (described[index] = prepared.quantities),
            },
          );
          return { predictions: answers, quantities: described };
        });
        const asked = () => ({ operation: 'PREDICT', instances: answered(instances, predictions) }) as const;
        return { value: predictions, rows: instances.length, asked, quantities, instances };
      },
      numbersOf: numbersOfPredictions,
      identify: newRequestKey,
      present: (predictions, _until, answering, key) => {
        const draws = this.pipelineOf(answering).instance.kind === 'molecule';
        return predictions.map((prediction, place): IdentifiedPrediction => ({
          ...prediction,
          id: predictionId(key, place),
          molecule: draws ? instances[place] : undefined,
        }));
      },
    });
    return { predictions: result, version, timing };
  }

  /** Starts what the version's pipeline needs, so that the first request does not wait for it. */
  async warmUp(version: VersionRecord): Promise<void> {
    if (version.pipeline !== null) await this.runner.warmUp(this.pipelineOf(version));
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

  /** Null for a version that only answers `infer`. */
  describe(version: VersionRecord): VersionDescription | null {
    if (version.pipeline === null) return null;
    const pipeline = this.pipelineOf(version);
    return { instance: describeInstance(pipeline), results: describeResults(pipeline) };
  }

  private pipelineOf(version: VersionRecord): Pipeline {
    const known = this.parsed.get(version);
    if (known) return known;
    if (version.pipeline === null) {
      throw new DomainError(
        'NO_PIPELINE',
        `${version.ref} has no pipeline, so it takes tensors only. Call infer, or publish a version with a pipeline.`,
      );
    }
    const pipeline = parsePipeline(version.pipeline, version.signature);
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
