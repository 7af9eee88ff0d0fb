import { targetVersion } from '../batch/index.js';
import type { CatalogService } from '../catalog/index.js';
import type { DeploymentService } from '../deployments/index.js';
import type { InferenceService } from '../inference/index.js';
import type { JobRecord, JobService } from '../jobs/index.js';
import type { InstanceReader, JsonValue, MoleculeWorker } from '../pipelines/index.js';
import type { IdentifiedPrediction, PipelineRunner, PredictionService } from '../predictions/index.js';
import { DomainError } from '../platform/errors.js';
import type { Caller } from '../security/index.js';
import type { Backgrounds } from './background/background-rows.js';
import { type ExplainInput, explainInput, inputAsJson } from './explain-input.js';
import type { Explanation } from './explanation.js';
import { SolverRegistry } from './methods/solver-registry.js';
import { AbsentRows } from './run/absent-rows.js';
import { chooseFeatures } from './run/choose-features.js';
import { explainInstance } from './run/explain-instance.js';
import type { ExplainedRequest } from './run/explained.js';
import { isLong, plannedRows } from './run/plan.js';
import { AskedModel } from './values/asked-model.js';
import { Budget, type BudgetLimits } from './values/budget.js';
import { resolveTarget } from './values/resolve-target.js';

export interface ExplainDependencies {
  readonly catalog: CatalogService;
  readonly deployments: DeploymentService;
  readonly inference: InferenceService;
  readonly runner: PipelineRunner;
  readonly predictions: PredictionService;
  /** Reads what callers send. */
  readonly reader: InstanceReader;
  readonly molecules: MoleculeWorker;
  readonly backgrounds: Backgrounds;
  readonly jobs: Pick<JobService, 'start'>;
}

export interface Answered {
  readonly explanations: readonly Explanation[] | null;
  readonly job: JobRecord | null;
}

/** What a request may cost that somebody waits for, and a job; where the caller does not say. */
const DIRECT: BudgetLimits = { rows: 2_000_000, seconds: 30 };
const AS_JOB: BudgetLimits = { rows: 1_000_000_000, seconds: 6 * 3_600 };

/** Says by how much each quantity of an instance moves a model's answer. Asks the model behind every request. */
export class ExplainService {
  /** Methods that look into graphs; filled by the composition root. */
  readonly solvers = new SolverRegistry();

  constructor(private readonly deps: ExplainDependencies) {}

  /**
   * Explanations in the order of the instances, or the job that makes them where they take long.
   *
   * @param given as `ExplainPredictionInput` of the schema
   * @throws DomainError INVALID_ARGUMENT, METHOD_NOT_APPLICABLE, INVALID_BACKGROUND, INVALID_BASELINE, UNKNOWN_TARGET, BUDGET_TOO_SMALL,
   * and what the deployment or version is refused for
   */
  async explain(caller: Caller, given: unknown, signal: AbortSignal): Promise<Answered> {
    const input = explainInput(given);
    const request = await this.request(input);
    if (input.asJob === true || (input.asJob === null && (await isLong(request, this.solvers)))) {
      const job = await this.deps.jobs.start(caller, {
        kind: 'EXPLAIN_PREDICTION',
        asked: inputAsJson(input),
        reason: input.reason,
      });
      return { explanations: null, job };
    }
    const explanations: Explanation[] = [];
    for await (const explanation of this.each(caller, request, { from: 0, signal, isJob: false }))
      explanations.push(explanation);
    return { explanations, job: null };
  }

  /** Everything about a request that holds for all its instances. @throws DomainError as `explain` */
  async request(input: ExplainInput): Promise<ExplainedRequest> {
    const { deployment, version } = await targetVersion(this.deps, {
      ...(input.deployment !== null && { deployment: input.deployment }),
      ...(input.version !== null && { version: input.version }),
    });
    const pipeline = this.deps.predictions.pipelineOf(version);
    const target = resolveTarget(pipeline, input.target);
    const features = chooseFeatures(pipeline, input);
    const needsBackground =
      input.baseline === null &&
      (features === 'FIELDS' ||
        features === 'INPUTS' ||
        (features === 'REGIONS' && input.background !== null));
    const background = needsBackground ? await this.deps.backgrounds.of(input, version, pipeline) : null;
    return { input, deployment, version, pipeline, target, features, background };
  }

  /** Rows that the model is likely to be asked about. */
  planned(request: ExplainedRequest): Promise<number> {
    return plannedRows(request, this.solvers);
  }

  /**
   * One explanation after the other, from the instance `from` on: what is left of the budget is shared by those that are left.
   *
   * @throws DomainError as `explain`; the signal's reason
   */
  async *each(
    caller: Caller,
    request: ExplainedRequest,
    { from, signal, isJob }: { readonly from: number; readonly signal: AbortSignal; readonly isJob: boolean },
  ): AsyncGenerator<Explanation, void, void> {
    const { input, pipeline } = request;
    const { reader, molecules } = this.deps;
    const defaults = isJob ? AS_JOB : DIRECT;
    let rows = input.budget.rows ?? defaults.rows;
    let seconds = input.budget.seconds ?? defaults.seconds;
    const absent = new AbsentRows(reader, request, signal, molecules);
    for (let place = from; place < input.instances.length; place += 1) {
      signal.throwIfAborted();
      const left = input.instances.length - place;
      const budget = new Budget({ rows: Math.floor(rows / left), seconds: seconds / left });
      const instance = input.instances[place] as JsonValue;
      const model = new AskedModel(this.deps, { ...request, signal }, budget);
      const prediction = await this.predict(caller, request, instance, signal);
      if (prediction.error !== null) yield failed(request, instance, prediction);
      else {
        const batch = await reader.prepare(pipeline, [instance], { signal });
        yield await explainInstance({
          request,
          instance,
          prediction,
          batch,
          absent,
          model,
          reader,
          solvers: this.solvers,
          signal,
        });
      }
      rows -= budget.rows;
      seconds -= budget.seconds;
    }
  }

  /** The instance's own prediction is a question like any other. */
  private async predict(
    caller: Caller,
    { deployment, version }: ExplainedRequest,
    instance: unknown,
    signal: AbortSignal,
  ): Promise<IdentifiedPrediction> {
    const target = deployment === null ? { version: version.ref } : { deployment, pin: version.ref };
    const { predictions } = await this.deps.predictions.predict(caller, {
      ...target,
      instances: [instance],
      priority: 'LOW',
      signal,
    });
    const [prediction] = predictions;
    if (prediction === undefined) throw new DomainError('INTERNAL', 'A prediction was asked and none came');
    return prediction;
  }
}

/** What there is to say of an instance that cannot be predicted. */
function failed(
  { features, target, input }: ExplainedRequest,
  instance: JsonValue,
  prediction: IdentifiedPrediction,
): Explanation {
  return {
    instance,
    prediction,
    method: input.method,
    methodReason: null,
    features,
    game: null,
    target: { name: target.name, unit: target.unit },
    background: null,
    baseValue: null,
    value: null,
    attributions: [],
    completenessGap: null,
    rows: 0,
    seconds: 0,
    converged: false,
    notes: [],
    warnings: [],
  };
}
