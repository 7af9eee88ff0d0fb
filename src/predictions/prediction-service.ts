import type { VersionRecord } from '../catalog/index.js';
import type { InferenceService, TargetRequest, Timing } from '../inference/index.js';
import type { Tensor } from '../tensors/index.js';
import { DomainError } from '../platform/errors.js';
import type { Caller } from '../security/index.js';
import { derivedPipeline, drawnField, type Pipeline, parsePipeline } from '../pipelines/index.js';
import type { PipelineRunner } from './pipeline-runner.js';
import { newRequestKey, predictionId } from './prediction-id.js';
import { rowsGiven } from './rows-given.js';
import { inUnits, resultUnits } from './result-units.js';
import { numbersOfPredictions } from './prediction-numbers.js';
import type { Prediction } from '../pipelines/index.js';

export interface PredictRequest extends TargetRequest {
  readonly instances: readonly unknown[];
  /** Units to answer in: by result, or one for the only result. */
  readonly units?: unknown;
}

/** A prediction with the id by which it can be spoken of later. */
export interface IdentifiedPrediction extends Prediction {
  readonly id: string;
  /** The instance, where it can be drawn: a picture is made when it is asked for, after the answer. */
  readonly molecule: unknown;
}

/** What describes an instance; null for one that could not be read. */
type Quantities = Readonly<Record<string, number>> | null;

/** Domain values in, domain values out: the version's own pipeline around its graph, or the one its signature makes. */
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
   * @throws DomainError what InferenceService.withModel throws.
   */
  async predict(
    caller: Caller,
    request: PredictRequest,
  ): Promise<{ predictions: IdentifiedPrediction[]; version: VersionRecord; timing: Timing }> {
    const { instances, units } = request;
    const { result, version, timing } = await this.inference.withModel(caller, 'predict', request, {
      work: async (model) => {
        const pipeline = this.pipelineOf(model.version);
        // Before anything runs: what cannot be converted is refused as a whole.
        resultUnits(pipeline, units);
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
              onPrepared: (batch) => {
                for (let row = 0; row < batch.rows; row += 1)
                  described[batch.placeOf(row)] = batch.quantities(row);
              },
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
        const pipeline = this.pipelineOf(answering);
        const drawn = drawnField(pipeline);
        const converted = inUnits(predictions, resultUnits(pipeline, units));
        return converted.map((prediction, place): IdentifiedPrediction => ({
          ...prediction,
          id: predictionId(key, place),
          molecule: drawn?.(instances[place]),
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

  private pipelineOf(version: VersionRecord): Pipeline {
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
