import { z } from 'zod';
import { DatabaseUnavailable } from '../../platform/failures.js';
import type { CatalogService, VersionRecord } from '../../catalog/index.js';
import {
  FieldFault,
  FieldReader,
  FILE_FORMATS,
  isUnreadable,
  openRows,
  type FieldWish,
} from '../../datafiles/index.js';
import type { DeploymentService } from '../../deployments/index.js';
import type { JobWork, RunningJob } from '../../jobs/index.js';
import { describeResults, type Pipeline } from '../../pipelines/index.js';
import { DomainError } from '../../platform/errors.js';
import type { JsonObject } from '../../platform/events/index.js';
import type { PredictionService } from '../../predictions/index.js';
import type { JobFiles } from '../files/job-files.js';
import {
  answerFile,
  failedRow,
  fileProgress,
  NOTHING_YET,
  type FileProgress,
  type RowSink,
} from '../rows/answer-file.js';
import type { AnsweredRow } from '../rows/answering.js';
import { openAsked, type AskedFile } from '../rows/asked-rows.js';
import { checkedColumns, checkedFormat, checkedLevel, targetVersion, textOf } from '../rows/asked-target.js';
import { evaluationReport, type EvaluationReport } from './evaluation-report.js';
import type { Evaluations } from './evaluations.js';
import { GROUP, labelledRow, TARGET, type LabelledRow } from './labelled-rows.js';
import { MeasuredRows } from './measured-rows.js';

const input = z.object({
  deployment: z.string().nullable(),
  version: z.string(),
  artifact: z.string(),
  format: z.enum(FILE_FORMATS),
  columns: z.record(z.string(), z.string()),
  level: z.number().nullable(),
  target: z.string(),
  groupBy: z.string().nullable(),
  /** The name of the result that is compared. */
  predicted: z.string(),
  dataset: z.string(),
});
type Input = z.infer<typeof input>;

/** Fewer say nothing that could be told from chance. */
const FEWEST_ROWS = 2;
const MAX_DATASET = 200;

interface Parts extends Pick<JobFiles, 'uploads' | 'results'> {
  readonly catalog: Pick<CatalogService, 'resolveVersion' | 'versionsByIds'>;
  readonly deployments: Pick<DeploymentService, 'require'>;
  readonly predictions: PredictionService;
  readonly evaluations: Evaluations;
}

/**
 * The job EVALUATE_VERSION: asks a version about every row of a file whose values are known, behind all requests, and keeps how
 * far its answers are from them.
 */
export class VersionEvaluation implements JobWork {
  readonly kind = 'EVALUATE_VERSION';

  constructor(private readonly parts: Parts) {}

  async prepare(asked: JsonObject): Promise<{ input: JsonObject; title: string }> {
    const { deployment, version } = await targetVersion(this.parts, asked);
    const format = checkedFormat(asked.format, 'format');
    const columns = checkedColumns(asked.columns);
    const artifact = textOf(asked.artifact);
    const pipeline = this.parts.predictions.pipelineOf(version);
    const prepared: Input = {
      deployment,
      version: version.ref,
      artifact,
      format,
      columns: Object.fromEntries(columns),
      level: checkedLevel(asked.level),
      target: textOf(asked.target),
      groupBy: typeof asked.groupBy === 'string' ? asked.groupBy : null,
      predicted: resultName(pipeline, asked.predicted),
      dataset: datasetName(asked.dataset, artifact),
    };
    const path = await this.parts.uploads.path(artifact);
    const file = await openAsked({ path, format, columns, pipeline });
    try {
      labelReader(file, prepared, pipeline);
    } finally {
      await file.close();
    }
    return { input: prepared, title: `Evaluate ${version.ref} on ${prepared.dataset}` };
  }

  async run(job: RunningJob): Promise<JsonObject> {
    const { catalog, evaluations, predictions, results } = this.parts;
    const asked = input.parse(job.input);
    const version = await catalog.resolveVersion(asked.version, ['version']);
    const reached = fileProgress.parse(job.checkpoint ?? NOTHING_YET);
    const pipeline = predictions.pipelineOf(version);
    if (!reached.isAnswered) {
      const sinkOf = (file: AskedFile) =>
        new LabelledRows(labelReader(file, asked, pipeline), asked, reached);
      await answerFile(this.parts, job, asked, pipeline, reached, sinkOf);
    }
    const report = await this.reportOf(job, asked, pipeline, reached);
    const { metrics, ...rest } = report;
    await keptWhenPossible(job, () =>
      evaluations.keep({
        versionId: version.id,
        jobId: job.id,
        dataset: asked.dataset,
        artifact: asked.artifact,
        result: asked.predicted,
        rows: reached.rows,
        failed: reached.failed,
        metrics,
        report: rest as unknown as NonNullable<Parameters<Evaluations['keep']>[0]['report']>,
        createdBy: job.actor,
      }),
    );
    await results.discard(job.id);
    return answerOf(version, asked, reached, report);
  }

  private async reportOf(
    job: RunningJob,
    asked: Input,
    pipeline: Pipeline,
    reached: FileProgress,
  ): Promise<EvaluationReport> {
    const measured = new MeasuredRows();
    const path = this.parts.results.rowsPath(job.id);
    for await (const rows of openRows(path, { format: 'JSONL', signal: job.signal }).batches())
      for (const each of rows) if (!isUnreadable(each)) measured.add(each.row as unknown as LabelledRow);
    if (measured.count < FEWEST_ROWS) throw tooFew(measured.count, reached);
    const unit = resultOf(pipeline, asked.predicted)?.unit ?? null;
    return evaluationReport(measured.rows, { unit, used: measured.count, signal: job.signal });
  }
}

/** Writes rows that were measured and answered, and counts the others. */
class LabelledRows implements RowSink {
  constructor(
    private readonly reader: FieldReader,
    private readonly asked: Input,
    private readonly reached: FileProgress,
  ) {}

  textOf(rows: readonly AnsweredRow[]): string {
    let text = '';
    const question = { result: this.asked.predicted, hasGroups: this.asked.groupBy !== null };
    for (const row of rows) {
      const labelled = labelledRow(row, this.labelOf(row), question);
      if ('fault' in labelled) failedRow(this.reached, row.asked.line, 'NOT_COUNTED', labelled.fault);
      else text += `${JSON.stringify(labelled)}\n`;
    }
    return text;
  }

  end(): string {
    return '';
  }

  private labelOf({ asked }: AnsweredRow): Record<string, unknown> | string {
    try {
      return this.reader.read(asked.row);
    } catch (error) {
      if (error instanceof FieldFault) return error.message;
      throw error;
    }
  }
}

/** @throws DomainError COLUMN_NOT_FOUND */
function labelReader(
  file: AskedFile,
  { target, groupBy, predicted }: Input,
  pipeline: Pipeline,
): FieldReader {
  const isLabel = resultOf(pipeline, predicted)?.kind === 'text';
  const wishes: FieldWish[] = [{ name: TARGET, column: target, as: isLabel ? 'text' : 'any' }];
  if (groupBy !== null) wishes.push({ name: GROUP, column: groupBy, as: 'text' });
  return new FieldReader(file.description, wishes);
}

function resultOf(pipeline: Pipeline, name: string) {
  return describeResults(pipeline).find((result) => result.name === name);
}

/** @throws DomainError INVALID_ARGUMENT */
function resultName(pipeline: Pipeline, given: unknown): string {
  const names = describeResults(pipeline).map(({ name }) => name);
  const name = typeof given === 'string' ? names.find((each) => each === given) : names[0];
  if (name !== undefined) return name;
  throw new DomainError(
    'INVALID_ARGUMENT',
    `predicted: this version has the results ${names.map((each) => JSON.stringify(each)).join(', ')}, got ${JSON.stringify(given)}.`,
    { field: ['predicted'] },
  );
}

/** @throws DomainError INVALID_ARGUMENT */
function datasetName(given: unknown, artifact: string): string {
  if (typeof given !== 'string' || given.trim() === '') return artifact.slice(0, 'sha256:'.length + 12);
  if (given.length <= MAX_DATASET) return given.trim();
  throw new DomainError(
    'INVALID_ARGUMENT',
    `dataset: expected at most ${MAX_DATASET} characters, got ${given.length}.`,
    { field: ['dataset'] },
  );
}

function tooFew(count: number, { rows, errors }: FileProgress): DomainError {
  const [first] = errors;
  const why = first === undefined ? '' : ` The first that was not: line ${first.line}: ${first.message}`;
  return new DomainError(
    'INVALID_ARGUMENT',
    `Expected at least ${FEWEST_ROWS} rows that are measured and answered, got ${count} of ${rows}.${why}`,
    { field: ['artifact'] },
  );
}

function answerOf(
  version: VersionRecord,
  { deployment, dataset, artifact, predicted, target, groupBy, level }: Input,
  { rows, failed, errors, taken }: FileProgress,
  report: EvaluationReport,
): JsonObject {
  return {
    version: version.ref,
    deployment,
    dataset,
    artifact,
    target,
    predicted,
    groupBy,
    level,
    rows,
    failed,
    errors,
    taken,
    ...(report as unknown as JsonObject),
  };
}

/** The job's own row is written in the same way: nothing is lost while the database is away. */
async function keptWhenPossible(job: RunningJob, keep: () => Promise<unknown>): Promise<void> {
  try {
    await keep();
  } catch (error) {
    job.signal.throwIfAborted();
    if (!(error instanceof DatabaseUnavailable)) throw error;
    throw new DomainError('UNAVAILABLE', error.message, { cause: error });
  }
}
