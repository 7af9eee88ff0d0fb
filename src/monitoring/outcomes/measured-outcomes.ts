import {
  labelled,
  probabilitiesOf,
  type FoundOutcomes,
  type LabelledRow,
  type MeasuredOutcomes,
  type WantedOutcomes,
} from '../../batch/index.js';
import type { DeploymentRecord, DeploymentService } from '../../deployments/index.js';
import { DomainError } from '../../platform/errors.js';
import { keptSince, type LoggedPredictionRecord, type PredictionLog } from '../prediction-log/index.js';

/** The newest so many are looked at. */
const MAX_OUTCOMES = 20_000;

/** What a version told a deployment's callers, side by side with what was measured since: rows to evaluate it by. */
export class LoggedOutcomes implements MeasuredOutcomes {
  constructor(
    private readonly deps: {
      readonly log: Pick<PredictionLog, 'store'>;
      readonly deployments: Pick<DeploymentService, 'require'>;
    },
  ) {}

  async require(name: string, field: readonly string[]): Promise<void> {
    await this.logging(name, field);
  }

  async of({ deployment: name, versionId, since, until, ...asked }: WantedOutcomes): Promise<FoundOutcomes> {
    const deployment = await this.logging(name, ['outcomes', 'deployment']);
    const found = await this.deps.log.store.measured(deployment.id, {
      since,
      until,
      versionId,
      keptSince: keptSince(deployment),
      take: MAX_OUTCOMES + 1,
    });
    const rows = found.slice(0, MAX_OUTCOMES).map((prediction) => rowOf(prediction, asked));
    return { rows, isCut: found.length > MAX_OUTCOMES };
  }

  /** @throws DomainError DEPLOYMENT_NOT_FOUND, INVALID_ARGUMENT */
  private async logging(name: string, field: readonly string[]): Promise<DeploymentRecord> {
    const deployment = await this.deps.deployments.require(name, field);
    if (deployment.revision.predictionLog !== null) return deployment;
    throw new DomainError(
      'INVALID_ARGUMENT',
      `Expected a deployment that logs its predictions, so that outcomes can be recorded, got "${name}", which does not. Switch it on with updateDeployment(input: {name: "${name}", predictionLog: {sampleRate: 1}}).`,
      { field },
    );
  }
}

function rowOf(
  { content, outcome }: LoggedPredictionRecord,
  { result, results }: Pick<WantedOutcomes, 'result' | 'results'>,
): LabelledRow | { readonly fault: string } {
  if (content.operation !== 'PREDICT' || outcome === null) return { fault: 'It has no value.' };
  const isSingle = results.length === 1;
  const value = isSingle ? content.value : partOf(content.value, result);
  const measured = isSingle ? outcome.value : partOf(outcome.value, result);
  if (value === null || value === undefined) return { fault: `${result} is not in the log: it is masked.` };
  if (measured === null || measured === undefined) return { fault: `${result} was not measured.` };
  const interval = content.intervals?.[isSingle ? '' : result] ?? null;
  const all = isSingle ? [content.value] : results.map((name) => partOf(content.value, name));
  return labelled(
    {
      name: result,
      value,
      interval: interval && { low: interval.low, high: interval.high },
      probabilities: probabilitiesOf(all),
      group: null,
    },
    measured,
  );
}

function partOf(value: unknown, name: string): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
  return (value as Readonly<Record<string, unknown>>)[name];
}
