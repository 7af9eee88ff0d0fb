import type { VersionRecord } from '../../catalog/index.js';
import { isUnreadable, openRows } from '../../datafiles/index.js';
import type { JobWork, RunningJob } from '../../jobs/index.js';
import { describeResults, type Pipeline } from '../../pipelines/index.js';
import { DomainError } from '../../platform/errors.js';
import type { JsonObject } from '../../platform/events/index.js';
import { DatabaseUnavailable } from '../../platform/failures.js';
import type { PredictionService } from '../../predictions/index.js';
import type { JobFiles } from '../files/job-files.js';
import { answerFile, failedRow, fileProgress, NOTHING_YET, type FileProgress } from '../rows/answer-file.js';
import { openAsked, type AskedFile } from '../rows/asked-rows.js';
import { targetVersion } from '../rows/asked-target.js';
import {
  evaluationInput,
  readEvaluation,
  resultNamed,
  type EvaluationInput,
  type EvaluationParts,
  type FileEvaluation,
  type OutcomesEvaluation,
} from './evaluation-input.js';
import { evaluationReport, type EvaluationReport } from './evaluation-report.js';
import type { Evaluations } from './evaluations.js';
import { labelReader, LabelSink } from './label-sink.js';
import type { LabelledRow } from './labelled-rows.js';
import { MeasuredRows } from './measured-rows.js';

/** Fewer say nothing that could be told from chance. */
const FEWEST_ROWS = 2;

interface Parts extends Pick<JobFiles, 'uploads' | 'results'>, EvaluationParts {
  readonly predictions: PredictionService;
  readonly evaluations: Evaluations;
}

/**
 * The job EVALUATE_VERSION: asks a version about every row of a file whose values are known, behind all requests, and keeps how
 * far its answers are from them; or takes the answers from a log whose truth was recorded since.
 */
export class VersionEvaluation implements JobWork {
  readonly kind = 'EVALUATE_VERSION';

  constructor(private readonly parts: Parts) {}

  async prepare(asked: JsonObject): Promise<{ input: JsonObject; title: string }> {
    const { deployment, version } = await targetVersion(this.parts, asked);
    const pipeline = this.parts.predictions.pipelineOf(version);
    const prepared = await readEvaluation(this.parts, { deployment, version, pipeline }, asked);
    if (!('outcomes' in prepared)) await this.checkFile(prepared, pipeline);
    return { input: prepared, title: `Evaluate ${version.ref} on ${prepared.dataset}` };
  }

  async run(job: RunningJob): Promise<JsonObject> {
    const { catalog, evaluations, predictions, results } = this.parts;
    const asked = evaluationInput.parse(job.input);
    const version = await catalog.resolveVersion(asked.version, ['version']);
    const reached = fileProgress.parse(job.checkpoint ?? NOTHING_YET);
    const pipeline = predictions.pipelineOf(version);
    const measured =
      'outcomes' in asked
        ? await this.measuredOutcomes(job, asked, { version, pipeline, reached })
        : await this.measuredFile(job, asked, pipeline, reached);
    if (measured.count < FEWEST_ROWS) throw tooFew(measured.count, reached, asked);
    const unit = resultNamed(pipeline, asked.predicted)?.unit ?? null;
    const options = { unit, used: measured.count, signal: job.signal };
    const report = await evaluationReport(measured.rows, options);
    const { metrics, ...rest } = report;
    await keptWhenPossible(job, () =>
      evaluations.keep(version, {
        versionId: version.id,
        jobId: job.id,
        dataset: asked.dataset,
        artifact: 'artifact' in asked ? asked.artifact : null,
        result: asked.predicted,
        rows: reached.rows,
        failed: reached.failed,
        metrics,
        report: rest as unknown as NonNullable<Parameters<Evaluations['keep']>[1]['report']>,
        schedule: asked.schedule,
        createdBy: job.actor,
      }),
    );
    await results.discard(job.id);
    return answerOf(version, asked, reached, report);
  }

  private async checkFile(asked: FileEvaluation, pipeline: Pipeline): Promise<void> {
    const path = await this.parts.uploads.path(asked.artifact);
    const columns = new Map(Object.entries(asked.columns));
    const file = await openAsked({ path, format: asked.format, columns, pipeline });
    try {
      labelReader(file, asked, pipeline);
    } finally {
      await file.close();
    }
  }

  private async measuredFile(
    job: RunningJob,
    asked: FileEvaluation,
    pipeline: Pipeline,
    reached: FileProgress,
  ): Promise<MeasuredRows> {
    if (!reached.isAnswered) {
      const sinkOf = (file: AskedFile) => new LabelSink(labelReader(file, asked, pipeline), asked, reached);
      await answerFile(this.parts, job, asked, pipeline, reached, sinkOf);
    }
    const measured = new MeasuredRows();
    const path = this.parts.results.rowsPath(job.id);
    for await (const rows of openRows(path, { format: 'JSONL', signal: job.signal }).batches())
      for (const each of rows) if (!isUnreadable(each)) measured.add(each.row as unknown as LabelledRow);
    return measured;
  }

  private async measuredOutcomes(
    job: RunningJob,
    { outcomes, predicted }: OutcomesEvaluation,
    {
      version,
      pipeline,
      reached,
    }: { readonly version: VersionRecord; readonly pipeline: Pipeline; readonly reached: FileProgress },
  ): Promise<MeasuredRows> {
    const { rows, isCut } = await this.parts.outcomes.of({
      deployment: outcomes.deployment,
      versionId: version.id,
      since: new Date(outcomes.since),
      until: new Date(outcomes.until),
      result: predicted,
      results: describeResults(pipeline).map(({ name }) => name),
    });
    if (isCut) job.log(`There are more outcomes: the newest ${rows.length} count.`);
    const measured = new MeasuredRows();
    for (const [place, row] of rows.entries()) {
      if ('fault' in row) failedRow(reached, place + 1, 'NOT_COUNTED', row.fault);
      else measured.add(row);
    }
    reached.rows = rows.length;
    job.report({ done: rows.length, total: rows.length, failed: reached.failed, share: 0.5 });
    return measured;
  }
}

function tooFew(count: number, { rows, errors }: FileProgress, asked: EvaluationInput): DomainError {
  const [first] = errors;
  const isFile = 'artifact' in asked;
  const where = isFile ? `line ${first?.line ?? 0}: ` : '';
  const why = first === undefined ? '' : ` The first that was not: ${where}${first.message}`;
  const what = isFile
    ? 'rows that are measured and answered'
    : `outcomes of ${asked.version} by ${asked.outcomes.deployment} since ${asked.outcomes.since}`;
  return new DomainError(
    'INVALID_ARGUMENT',
    `Expected at least ${FEWEST_ROWS} ${what}, got ${count} of ${rows}.${why}`,
    { field: [isFile ? 'artifact' : 'outcomes'] },
  );
}

function answerOf(
  version: VersionRecord,
  asked: EvaluationInput,
  { rows, failed, errors, taken }: FileProgress,
  report: EvaluationReport,
): JsonObject {
  const { deployment, dataset, predicted, level, schedule } = asked;
  return {
    version: version.ref,
    deployment,
    dataset,
    ...('outcomes' in asked
      ? { outcomes: asked.outcomes }
      : { artifact: asked.artifact, target: asked.target, groupBy: asked.groupBy }),
    predicted,
    level,
    schedule,
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
