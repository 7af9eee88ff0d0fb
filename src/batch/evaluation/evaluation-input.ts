import { z } from 'zod';
import type { CatalogService, VersionRecord } from '../../catalog/index.js';
import { FILE_FORMATS } from '../../datafiles/index.js';
import type { DeploymentService } from '../../deployments/index.js';
import { describeResults, type Pipeline } from '../../pipelines/index.js';
import { DomainError } from '../../platform/errors.js';
import type { JsonObject } from '../../platform/events/index.js';
import { checkedColumns, checkedFormat, checkedLevel, textOf } from '../rows/asked-target.js';
import type { MeasuredOutcomes } from './measured-outcomes.js';

const common = {
  /** The deployment that was asked for; null when a version was. */
  deployment: z.string().nullable(),
  version: z.string(),
  level: z.number().nullable(),
  /** The name of the result that is compared. */
  predicted: z.string(),
  dataset: z.string(),
  /** The name of the schedule that asked. */
  schedule: z.string().nullable().default(null),
};
const fileInput = z.object({
  ...common,
  artifact: z.string(),
  format: z.enum(FILE_FORMATS),
  columns: z.record(z.string(), z.string()),
  target: z.string(),
  groupBy: z.string().nullable(),
});
const outcomesInput = z.object({
  ...common,
  outcomes: z.object({ deployment: z.string(), since: z.iso.datetime(), until: z.iso.datetime() }),
});
export const evaluationInput = z.union([outcomesInput, fileInput]);
export type EvaluationInput = z.infer<typeof evaluationInput>;
export type FileEvaluation = z.infer<typeof fileInput>;
export type OutcomesEvaluation = z.infer<typeof outcomesInput>;

const MAX_DATASET = 200;
const DAY_MS = 86_400_000;
const DEFAULT_WINDOW_MS = 30 * DAY_MS;
const LONGEST_WINDOW_MS = 3_660 * DAY_MS;

export interface EvaluationParts {
  readonly catalog: Pick<CatalogService, 'resolveVersion' | 'versionsByIds'>;
  readonly deployments: Pick<DeploymentService, 'require'>;
  readonly outcomes: MeasuredOutcomes;
}

interface Asked {
  readonly deployment: string | null;
  readonly version: VersionRecord;
  readonly pipeline: Pipeline;
}

/** @throws DomainError INVALID_ARGUMENT, DEPLOYMENT_NOT_FOUND */
export async function readEvaluation(
  { outcomes }: Pick<EvaluationParts, 'outcomes'>,
  { deployment, version, pipeline }: Asked,
  asked: JsonObject,
  now = Date.now(),
): Promise<EvaluationInput> {
  const shared = {
    deployment,
    version: version.ref,
    level: checkedLevel(asked.level),
    predicted: resultName(pipeline, asked.predicted),
    schedule: typeof asked.schedule === 'string' ? asked.schedule : null,
  };
  if (isGiven(asked.outcomes)) {
    const stray = ['artifact', 'format', 'columns', 'target', 'groupBy'].find((name) => isGiven(asked[name]));
    if (stray !== undefined)
      throw invalid(`Expected either a file or outcomes, got outcomes and ${stray}.`, [stray]);
    const source = await outcomesOf(outcomes, deployment, asked.outcomes as JsonObject, now);
    return {
      ...shared,
      outcomes: source,
      dataset: datasetName(asked.dataset, `outcomes of ${source.deployment}`),
    };
  }
  for (const name of ['artifact', 'format', 'target'])
    if (!isGiven(asked[name]))
      throw invalid(`Expected ${name} of the file, or outcomes in its place, got neither.`, [name]);
  const artifact = textOf(asked.artifact);
  return {
    ...shared,
    artifact,
    format: checkedFormat(asked.format, 'format'),
    columns: Object.fromEntries(checkedColumns(asked.columns)),
    target: textOf(asked.target),
    groupBy: typeof asked.groupBy === 'string' ? asked.groupBy : null,
    dataset: datasetName(asked.dataset, artifact.slice(0, 'sha256:'.length + 12)),
  };
}

export function resultNamed(pipeline: Pipeline, name: string) {
  return describeResults(pipeline).find((result) => result.name === name);
}

async function outcomesOf(
  outcomes: MeasuredOutcomes,
  deployment: string | null,
  given: JsonObject,
  now: number,
): Promise<OutcomesEvaluation['outcomes']> {
  const name = typeof given.deployment === 'string' ? given.deployment : deployment;
  if (name === null)
    throw invalid(
      'Expected the deployment whose outcomes count: name it in outcomes.deployment, or ask for the deployment in place of the version.',
      ['outcomes', 'deployment'],
    );
  await outcomes.require(name, ['outcomes', 'deployment']);
  const windowMs = typeof given.window === 'number' ? given.window : DEFAULT_WINDOW_MS;
  if (!(windowMs > 0 && windowMs <= LONGEST_WINDOW_MS))
    throw invalid('outcomes.window: expected a duration of at most ten years, such as P30D.', [
      'outcomes',
      'window',
    ]);
  return {
    deployment: name,
    since: new Date(now - windowMs).toISOString(),
    until: new Date(now).toISOString(),
  };
}

function resultName(pipeline: Pipeline, given: unknown): string {
  const names = describeResults(pipeline).map(({ name }) => name);
  const name = typeof given === 'string' ? names.find((each) => each === given) : names[0];
  if (name !== undefined) return name;
  throw invalid(
    `predicted: this version has the results ${names.map((each) => JSON.stringify(each)).join(', ')}, got ${JSON.stringify(given)}.`,
    ['predicted'],
  );
}

function datasetName(given: unknown, otherwise: string): string {
  if (typeof given !== 'string' || given.trim() === '') return otherwise;
  if (given.length <= MAX_DATASET) return given.trim();
  throw invalid(`dataset: expected at most ${MAX_DATASET} characters, got ${given.length}.`, ['dataset']);
}

function isGiven(value: unknown): boolean {
  return value !== undefined && value !== null;
}

function invalid(message: string, field: readonly string[]): DomainError {
  return new DomainError('INVALID_ARGUMENT', message, { field });
}
