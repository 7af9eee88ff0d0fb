import type { ArtifactStore } from '../artifacts/index.js';
import type { UploadedFiles } from '../batch/index.js';
import {
  OPTIMIZATION_METHODS,
  type CatalogService,
  type OptimizationMethod,
  type VersionRecord,
} from '../catalog/index.js';
import { openConverterParts } from '../convert/index.js';
import type { DeploymentService } from '../deployments/index.js';
import type { InferenceService } from '../inference/index.js';
import type { JobWork, RunningJob } from '../jobs/index.js';
import type { InstanceReader } from '../pipelines/index.js';
import type { Config } from '../platform/config.js';
import { DomainError } from '../platform/errors.js';
import type { JsonObject } from '../platform/events/index.js';
import type { PredictionService } from '../predictions/index.js';
import type { RecordedRequests } from '../recording/index.js';
import type { ModelInspector, RunnerPool, RuntimeGraphs } from '../runtime/index.js';
import { applicableMethods, checkApplicable } from './asked/applicability.js';
import { checkedBudget } from './asked/budget-input.js';
import { checkRows } from './asked/fewest-rows.js';
import { checkedOptions } from './asked/method-options.js';
import { checkedSample, optimizationInput, type OptimizationInput } from './asked/optimization-input.js';
import { environmentOf } from './making/candidate-maker.js';
import type { OptimizationParts } from './optimization-parts.js';
import { optimizationResult } from './optimization-result.js';
import { OptimizationRun } from './optimization-run.js';
import { publishOptimized } from './publishing/publish-optimized.js';
import { readSample } from './samples/sample-rows.js';

const SEED = 1;
const MAX_SEED = 2 ** 31 - 1;
const MAX_INSTANCES_BYTES = 16 * 1024 ** 2;

/**
 * The job OPTIMIZE_VERSION: makes a version smaller or faster, measures what comes of it beside the original as both would be
 * served, and publishes what meets the budget, once, however often the job is begun. Nothing of it is served by itself.
 */
export class VersionOptimization implements JobWork {
  readonly kind = 'OPTIMIZE_VERSION';

  private constructor(private readonly parts: OptimizationParts) {}

  /** Removes what optimisations left behind that died with an earlier server. */
  static async open(
    services: {
      readonly catalog: CatalogService;
      readonly artifacts: ArtifactStore;
      readonly uploads: UploadedFiles;
      readonly graphs: RuntimeGraphs;
      readonly runners: RunnerPool;
      readonly inspector: ModelInspector;
      readonly deployments: DeploymentService;
      readonly inference: InferenceService;
      readonly instances: InstanceReader;
      readonly predictions: PredictionService;
      readonly recordedRequests: RecordedRequests;
    },
    config: Config,
  ): Promise<VersionOptimization> {
    return new VersionOptimization({
      ...services,
      ...(await openConverterParts(config, 'optimizations')),
      maxArtifactBytes: config.maxArtifactBytes,
    });
  }

  async prepare(asked: JsonObject): Promise<{ input: JsonObject; title: string }> {
    const { catalog, predictions } = this.parts;
    const version = await catalog.resolveVersion(typeof asked.version === 'string' ? asked.version : '', [
      'version',
    ]);
    const method = OPTIMIZATION_METHODS.find((each) => each === asked.method);
    if (method === undefined)
      throw new DomainError(
        'INVALID_ARGUMENT',
        `method: expected one of ${OPTIMIZATION_METHODS.join(', ')}, got ${JSON.stringify(asked.method ?? null)}.`,
        { field: ['method'] },
      );
    const model = typeof asked.name === 'string' && asked.name !== '' ? asked.name : version.modelName;
    await atName(() => catalog.checkPublication({ model }));
    const operators = await this.operatorsOf(version);
    const options = checkedOptions(method, asked.options);
    checkApplicable(method, operators, version.ref);
    const budget = checkedBudget(asked.budget);
    const sample = checkedSample(asked.sample, version);
    const measure = asked.measure == null ? null : checkedSample(asked.measure, version, 'measure');
    const input: OptimizationInput = {
      version: version.ref,
      digest: version.artifactDigest,
      model,
      method,
      options: options as OptimizationInput['options'],
      budget,
      sample,
      measure,
      seed: checkedSeed(asked.seed),
      artifact: 'file' in sample.source ? sample.source.file.artifact : null,
    };
    if (JSON.stringify(input).length > MAX_INSTANCES_BYTES)
      throw new DomainError(
        'INVALID_ARGUMENT',
        `Expected a sample of at most ${MAX_INSTANCES_BYTES} bytes in the request: send more as a file to POST /files.`,
        { field: ['sample', 'instances'] },
      );
    await this.checkEnvironments(method, options, operators);
    const pipeline = predictions.pipelineOf(version);
    for (const [field, wish] of Object.entries({ sample, measure })) {
      if (wish === null) continue;
      const read = await readSample(this.parts, wish, { version, pipeline }, { seed: input.seed, field });
      checkRows(read.rows.length, method, read.description, { measures: field === 'measure', field });
      const isMeasuredOn = field === 'measure' || measure === null;
      if (isMeasuredOn && budget.maxLoss !== null && read.result === null)
        throw unlabelled(field, read.description);
    }
    return { input: input as unknown as JsonObject, title: `Optimize ${version.ref} by ${method}` };
  }

  async run(job: RunningJob): Promise<JsonObject> {
    const { catalog } = this.parts;
    const asked = optimizationInput.parse(job.input);
    const known = await catalog.versionPublishedBy(job.id);
    if (known?.optimization) return optimizationResult(known.optimization, known.ref);
    const version = await this.versionOf(asked);
    const run = await OptimizationRun.open(this.parts, { asked, version, job });
    try {
      const { record, chosen } = await run.search();
      if (chosen === null) return optimizationResult(record, null);
      job.log(`Publishing ${chosen.name}.`);
      const pipeline = this.parts.predictions.pipelineOf(version);
      const published = await publishOptimized(this.parts, { asked, version, pipeline, record, chosen, job });
      return optimizationResult(record, published.ref);
    } finally {
      await run.close();
    }
  }

  /** @throws DomainError CONVERTER_NOT_INSTALLED */
  private async checkEnvironments(
    method: OptimizationMethod,
    options: JsonObject,
    operators: Readonly<Record<string, number>>,
  ): Promise<void> {
    const methods =
      method === 'AUTO'
        ? applicableMethods(operators).filter(
            (each) => !Array.isArray(options.methods) || options.methods.includes(each),
          )
        : [method];
    for (const name of new Set(methods.map(environmentOf)))
      await this.parts.environments.python(name, ['method']);
  }

  /** @throws DomainError OPTIMIZATION_NOT_APPLICABLE for a version whose graph is elsewhere */
  private async operatorsOf({
    artifactDigest,
    ref,
  }: VersionRecord): Promise<Readonly<Record<string, number>>> {
    const { catalog, graphs } = this.parts;
    if ((await graphs.remoteOf(artifactDigest)) !== null)
      throw new DomainError(
        'OPTIMIZATION_NOT_APPLICABLE',
        `The graph of ${ref} is on another server, which does not show it: optimise it there, or publish the graph itself.`,
        { field: ['version'] },
      );
    const [artifact] = await catalog.artifactsByDigests([artifactDigest]);
    return artifact?.operators ?? {};
  }

  /** @throws DomainError VERSION_NOT_FOUND when it was deleted since */
  private async versionOf({ version: ref }: OptimizationInput): Promise<VersionRecord> {
    try {
      return await this.parts.catalog.resolveVersion(ref, ['version']);
    } catch (error) {
      if (!(error instanceof DomainError) || !error.code.endsWith('_NOT_FOUND')) throw error;
      throw new DomainError(error.code, `${ref} was deleted after this job was started: ${error.message}`, {
        cause: error,
      });
    }
  }
}

/** @throws DomainError INVALID_ARGUMENT */
function checkedSeed(given: unknown): number {
  if (given === undefined || given === null) return SEED;
  if (typeof given === 'number' && Number.isInteger(given) && given >= 0 && given <= MAX_SEED) return given;
  throw new DomainError(
    'INVALID_ARGUMENT',
    `seed: expected a whole number from 0 to ${MAX_SEED}, got ${JSON.stringify(given)}.`,
    { field: ['seed'] },
  );
}

function unlabelled(field: string, description: string): DomainError {
  return new DomainError(
    'INVALID_ARGUMENT',
    `budget.maxLoss: what is lost of a metric is measured on rows whose values are known, and ${description} have none. Give a file with its target in ${field === 'measure' ? 'measure' : 'sample or measure'}, or bound maxMeanDifference instead.`,
    { field: ['budget', 'maxLoss'] },
  );
}

/** The model is called `name` here. */
async function atName(work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (!(error instanceof DomainError) || error.field?.[0] !== 'model') throw error;
    throw new DomainError(error.code, error.message, { field: ['name'], cause: error });
  }
}
