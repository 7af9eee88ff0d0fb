import { type CatalogService, type Window } from '../../catalog/index.js';
import type { DeploymentRecord, DeploymentService } from '../../deployments/index.js';
import type { Database } from '../../platform/database/index.js';
import { DomainError } from '../../platform/errors.js';
import type { EventLog } from '../../platform/events/index.js';
import type { Logger } from '../../platform/logging.js';
import type { Caller } from '../../security/index.js';
import { LoggedPredictionStore } from './logged-prediction-store.js';
import { PredictionLogRecorder } from './prediction-log-recorder.js';
import type { LoggedPredictionFilter, LoggedPredictionRecord } from './records.js';
import { checkSubject, subjectHash } from './subject.js';
import { checkReason } from '../../platform/text/check-text.js';

const MAX_TEXT = 1_000;
const MAX_IDS = 1_000;
const NEVER = new Date(8_640_000_000_000_000);

/** What callers ask for; a version by its ref, a subject by its value. */
export interface LogFilterInput extends Omit<LoggedPredictionFilter, 'versionId' | 'subject'> {
  readonly version?: string | null | undefined;
  readonly subject?: unknown;
}

export interface DeleteRequest {
  readonly deployment: string;
  readonly subject?: unknown;
  readonly predictionIds?: readonly string[] | null | undefined;
  readonly reason?: string | null | undefined;
}

/** The predictions that deployments were told to log. */
export class PredictionLog {
  readonly store: LoggedPredictionStore;
  readonly recorder: PredictionLogRecorder;

  constructor(
    private readonly deps: {
      readonly database: Database;
      readonly events: Pick<EventLog, 'transaction'>;
      readonly catalog: Pick<CatalogService, 'modelsByIds' | 'resolveVersion'>;
      readonly deployments: Pick<DeploymentService, 'byIds' | 'find'>;
      readonly logger: Logger;
    },
  ) {
    this.store = new LoggedPredictionStore(deps.database);
    this.recorder = new PredictionLogRecorder(deps.database, deps.logger);
  }

  /** @throws DomainError INVALID_ARGUMENT, MODEL_NOT_FOUND, VERSION_NOT_FOUND */
  async filterOf(deployment: DeploymentRecord, filter: LogFilterInput): Promise<LoggedPredictionFilter> {
    const { version, subject, text, ...rest } = filter;
    if (typeof text === 'string' && (text.length === 0 || text.length > MAX_TEXT || text.includes('\u0000')))
      throw invalid(`Expected a text of 1 to ${MAX_TEXT} characters, without NUL.`, ['filter', 'text']);
    const hasSubject = subject !== undefined && subject !== null;
    if (hasSubject) requireSubject(deployment, ['filter', 'subject']);
    return {
      ...rest,
      text,
      versionId:
        typeof version === 'string'
          ? (await this.deps.catalog.resolveVersion(version, ['filter', 'version'])).id
          : undefined,
      subject: hasSubject ? subjectHash(deployment.id, checkSubject(subject)) : undefined,
    };
  }

  page(
    deployment: DeploymentRecord,
    filter: LoggedPredictionFilter,
    window: Window<bigint>,
  ): Promise<LoggedPredictionRecord[]> {
    return this.store.page(deployment.id, filter, keptSince(deployment), window);
  }

  count(deployment: DeploymentRecord, filter: LoggedPredictionFilter): Promise<number> {
    return this.store.count(deployment.id, filter, keptSince(deployment));
  }

  /**
   * Removes what was logged of a subject, or single predictions, with what was measured of them.
   *
   * @throws DomainError DEPLOYMENT_NOT_FOUND, INVALID_ARGUMENT
   */
  async remove(
    caller: Caller,
    { deployment: name, subject, predictionIds, reason: given }: DeleteRequest,
  ): Promise<{ deployment: DeploymentRecord; removedCount: number }> {
    const reason = checkReason(given);
    const deployment = await this.find(name);
    const hasSubject = subject !== undefined && subject !== null;
    if (hasSubject === Array.isArray(predictionIds))
      throw invalid(
        `Expected exactly one of subject and predictionIds, got ${hasSubject ? 'both' : 'neither'}.`,
        ['subject'],
      );
    if (Array.isArray(predictionIds) && (predictionIds.length === 0 || predictionIds.length > MAX_IDS))
      throw invalid(`Expected 1 to ${MAX_IDS} ids, got ${predictionIds.length}.`, ['predictionIds']);
    if (hasSubject) requireSubject(deployment, ['subject']);
    const which = hasSubject
      ? { subject: subjectHash(deployment.id, checkSubject(subject)) }
      : { ids: predictionIds ?? [] };
    // What waits to be written would come back.
    await this.recorder.flush();
    const [model] = await this.deps.catalog.modelsByIds([deployment.modelId]);
    const removedCount = await this.deps.events.transaction(async (tx) => {
      const count = await this.store.remove(tx, deployment.id, which);
      const what = `${count} logged ${count === 1 ? 'prediction' : 'predictions'}`;
      return {
        result: count,
        events: [
          {
            kind: 'LOGGED_PREDICTIONS_DELETED',
            message: `${what} of ${deployment.name} ${count === 1 ? 'was' : 'were'} deleted${reason === null ? '' : `: ${reason}`}`,
            actor: caller.actor,
            requestId: caller.requestId,
            ...(model && { model: { id: model.id, name: model.name } }),
            deployment: { id: deployment.id, name: deployment.name },
            data: { count, reason },
          },
        ],
      };
    });
    this.recorder.resized(deployment.id);
    return { deployment, removedCount };
  }

  /** Removes what has expired, or is beyond a log's size. */
  async tidy(): Promise<void> {
    const sizes = await this.store.sizes();
    for (const deployment of await this.deps.deployments.byIds(
      sizes.map(({ deploymentId }) => deploymentId),
    )) {
      const settings = deployment.revision.predictionLog;
      await this.store.removeBefore(deployment.id, keptSince(deployment));
      if (settings) await this.store.removeBeyond(deployment.id, settings.maxBytes);
      this.recorder.resized(deployment.id);
    }
  }

  close(): Promise<void> {
    return this.recorder.close();
  }

  private async find(name: string): Promise<DeploymentRecord> {
    const deployment = await this.deps.deployments.find(name);
    if (deployment) return deployment;
    throw new DomainError('DEPLOYMENT_NOT_FOUND', `There is no deployment "${name}".`, {
      field: ['deployment'],
    });
  }
}

/** What is older has expired; everything has where nothing is logged any more. */
export function keptSince({ revision: { predictionLog } }: DeploymentRecord): Date {
  return predictionLog === null ? NEVER : new Date(Date.now() - predictionLog.retentionMs);
}

function requireSubject({ name, revision }: DeploymentRecord, field: readonly string[]): void {
  if (revision.predictionLog === null)
    throw invalid(`Deployment "${name}" logs no predictions (updateDeployment with predictionLog).`, field);
  if (revision.predictionLog.subject === null)
    throw invalid(
      `Deployment "${name}" was not told which field identifies a subject (predictionLog.subject): name predictions by their ids.`,
      field,
    );
}

function invalid(message: string, field: readonly string[]): DomainError {
  return new DomainError('INVALID_ARGUMENT', message, { field });
}
