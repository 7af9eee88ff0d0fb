import { type CatalogService, type VersionRecord } from '../../catalog/index.js';
import type { DeploymentRecord, DeploymentService } from '../../deployments/index.js';
import { DomainError } from '../../platform/errors.js';
import type { EventLog, JsonValue } from '../../platform/events/index.js';
import { readPredictionId } from '../../predictions/index.js';
import type { Caller } from '../../security/index.js';
import {
  keptSince,
  type LoggedPredictionRecord,
  type OutcomeRecord,
  type PredictionLog,
} from '../prediction-log/index.js';
import { checkDuration } from '../window.js';
import { checkMeasured, pairsOf } from './compare-outcome.js';
import {
  daysOf,
  summaryOf,
  thinned,
  type ErrorOfDay,
  type ErrorOfVersion,
  type ErrorPoint,
  type ErrorSummary,
} from './live-error.js';
import { checkReason } from '../../platform/text/check-text.js';

const HOUR_MS = 3_600_000;
const LONGEST_MS = 3_660 * 86_400_000;
/** The newest so many are looked at. */
const MAX_OUTCOMES = 20_000;
const MAX_POINTS = 1_000;
const MAX_VALUE_BYTES = 65_536;
/** Clocks of laboratories go wrong; what is measured tomorrow is a mistake. */
const CLOCK_MS = 5 * 60_000;

export interface OutcomeRequest {
  readonly predictionId: string;
  readonly value: unknown;
  /** Now when left out. */
  readonly at?: Date | null | undefined;
  readonly reason?: string | null | undefined;
}

export interface LiveError extends ErrorSummary {
  readonly since: Date;
  /** The result that is compared; null where nothing was measured. Empty: the prediction is one number. */
  readonly result: string | null;
  /** All results that have numbers to compare. */
  readonly results: readonly string[];
  readonly unit: string | null;
  readonly points: readonly ErrorPoint[];
  readonly series: readonly ErrorOfDay[];
  readonly versions: readonly ErrorOfVersion[];
}

/** Joins what was measured later with what was predicted. */
export class OutcomeService {
  constructor(
    private readonly deps: {
      readonly log: PredictionLog;
      readonly events: EventLog;
      readonly catalog: CatalogService;
      readonly deployments: DeploymentService;
    },
  ) {}

  /**
   * Stores what was measured of a logged prediction, in place of what was stored before; the event of each stays.
   *
   * @throws DomainError PREDICTION_NOT_LOGGED saying why, INVALID_ARGUMENT
   */
  async record(
    caller: Caller,
    { predictionId, value, at: given, reason: why }: OutcomeRequest,
  ): Promise<{ prediction: LoggedPredictionRecord }> {
    const reason = checkReason(why);
    const at = given ?? new Date();
    const { prediction, deployment } = await this.find(predictionId);
    if (at.getTime() > Date.now() + CLOCK_MS || at < new Date(prediction.at.getTime() - LONGEST_MS))
      throw invalid(
        'Expected a time of measurement that is not in the future, nor ten years before the prediction.',
        'at',
      );
    checkComparable(prediction, value);
    const [version] = await this.deps.catalog.versionsByIds([prediction.versionId]);
    const outcome = await this.deps.events.transaction(async (tx) => {
      if (!(await this.deps.log.store.hold(tx, predictionId))) throw notThere(deployment, prediction.at);
      const stored = await this.deps.log.store.setOutcome(tx, {
        predictionId,
        value,
        at,
        recordedBy: caller.actor,
        reason,
      });
      const event = recorded(caller, { deployment, version, predictionId, reason, ...stored });
      return { result: stored.stored, events: [event] };
    });
    return { prediction: { ...prediction, outcome } };
  }

  /**
   * How far what a deployment predicted is from what was measured since.
   *
   * @param windowMs how far back measurements count
   * @param result the one to compare; the first when left out
   * @throws DomainError INVALID_ARGUMENT
   */
  async liveError(deployment: DeploymentRecord, windowMs: number, result: string | null): Promise<LiveError> {
    checkDuration(windowMs, HOUR_MS, LONGEST_MS, ['window']);
    const since = new Date(Date.now() - windowMs);
    const found = await this.deps.log.store.measured(deployment.id, {
      since,
      keptSince: keptSince(deployment),
      take: MAX_OUTCOMES,
    });
    const all = found.reverse().flatMap((prediction): ErrorPoint[] =>
      pairsOf(prediction).map((pair) => ({
        ...pair,
        predictionId: prediction.id,
        versionId: prediction.versionId,
        at: prediction.outcome?.at ?? prediction.at,
      })),
    );
    const results = [...new Set(all.map((point) => point.result))];
    if (result !== null && results.length > 0 && !results.includes(result))
      throw invalid(
        `Expected one of the results ${results.map((name) => `"${name}"`).join(', ')}.`,
        'result',
      );
    const compared = result ?? results[0] ?? null;
    const points = all.filter((point) => point.result === compared);
    const versionIds = [...new Set(points.map(({ versionId }) => versionId))];
    const units = new Set(
      found.map(({ content }) => (content.operation === 'PREDICT' ? content.unit : null)),
    );
    const [unit = null] = units;
    return {
      ...summaryOf(points),
      since,
      result: compared,
      results,
      // Of several results the unit names each: it is of no single number.
      unit: compared === '' && units.size === 1 ? unit : null,
      points: thinned(points, MAX_POINTS),
      series: daysOf(points),
      versions: versionIds.map((versionId) => ({
        versionId,
        ...summaryOf(points.filter((point) => point.versionId === versionId)),
      })),
    };
  }

  private async find(
    id: string,
  ): Promise<{ prediction: LoggedPredictionRecord; deployment: DeploymentRecord }> {
    const told = readPredictionId(id);
    if (!told)
      throw notLogged('Expected the id of a prediction, as predict answers it, got a text that is none.');
    const { deploymentId, at } = told;
    if (deploymentId === null)
      throw notLogged(
        'The prediction was asked of a version, not of a deployment, and only deployments log: ask a deployment that has a predictionLog.',
      );
    const [deployment] = await this.deps.deployments.byIds([deploymentId]);
    if (!deployment) throw notLogged('No deployment of this server has answered a prediction of this id.');
    const { predictionLog } = deployment.revision;
    if (predictionLog === null)
      throw notLogged(
        `Deployment "${deployment.name}" logs no predictions, so there is nothing to join the outcome with. Switch it on with updateDeployment(input: {name: "${deployment.name}", predictionLog: {sampleRate: 1}}) for what is predicted from now on.`,
      );
    if (at < keptSince(deployment))
      throw notLogged(
        `The prediction of ${at.toISOString()} has expired: deployment "${deployment.name}" keeps its log for ${predictionLog.retentionMs / 86_400_000} days (predictionLog.retention).`,
      );
    // It may have been answered a moment ago.
    const prediction =
      (await this.deps.log.store.find(id)) ??
      (await this.deps.log.recorder.flush().then(() => this.deps.log.store.find(id)));
    if (!prediction) throw notThere(deployment, at);
    return { prediction, deployment };
  }
}

function checkComparable({ content }: LoggedPredictionRecord, value: unknown): void {
  if (Buffer.byteLength(JSON.stringify(value ?? null)) > MAX_VALUE_BYTES)
    throw invalid(`Expected a value of at most ${MAX_VALUE_BYTES} bytes as JSON.`, 'value');
  if (content.operation !== 'PREDICT')
    throw invalid(
      'Expected a prediction by predict, got one by infer, whose tensors have no one value.',
      'predictionId',
    );
  if (content.error !== null)
    throw invalid(
      'The prediction has no value to compare with: its instance could not be predicted.',
      'predictionId',
    );
  if (content.value === null)
    throw invalid(
      'The predicted value is masked (predictionLog.mask), so nothing can be compared with it.',
      'predictionId',
    );
  checkMeasured(content.value, value);
}

function recorded(
  caller: Caller,
  about: {
    readonly deployment: DeploymentRecord;
    readonly version: VersionRecord | undefined;
    readonly predictionId: string;
    readonly reason: string | null;
    readonly stored: OutcomeRecord;
    readonly previous: unknown;
  },
) {
  const { deployment, version, predictionId, reason, stored, previous } = about;
  const replaced = previous !== undefined;
  // A deployment that masks anything has values that events, which are kept for ever, should not have either.
  const isOpen = deployment.revision.predictionLog?.mask.length === 0;
  const shown = isOpen ? { value: stored.value as JsonValue, previous: (previous ?? null) as JsonValue } : {};
  return {
    kind: 'OUTCOME_RECORDED' as const,
    message: `${deployment.name} was told what was measured of a prediction${replaced ? ', in place of an earlier value' : ''}${reason === null ? '' : `: ${reason}`}`,
    actor: caller.actor,
    requestId: caller.requestId,
    ...(version && {
      model: { id: version.modelId, name: version.modelName },
      version: { id: version.id, number: version.number },
    }),
    deployment: { id: deployment.id, name: deployment.name },
    data: { predictionId, reason, replaced, ...shown },
  };
}

function notThere({ name, revision }: DeploymentRecord, at: Date): DomainError {
  const rate = revision.predictionLog?.sampleRate ?? 1;
  const share =
    rate < 1
      ? `it logs a share of ${rate} of its predictions, and this one was not drawn, or was deleted`
      : 'it may have been predicted before logging was switched on, was deleted, is too large, or came in a second with more than 200 others';
  return notLogged(
    `Deployment "${name}" has no prediction of this id, of ${at.toISOString()}, in its log: ${share}.`,
  );
}

function notLogged(message: string): DomainError {
  return new DomainError('PREDICTION_NOT_LOGGED', message, { field: ['predictionId'] });
}

function invalid(message: string, field: string): DomainError {
  return new DomainError('INVALID_ARGUMENT', message, { field: [field] });
}
