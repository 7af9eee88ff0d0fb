import { z } from 'zod';
import type { CatalogService, VersionRecord } from '../../catalog/index.js';
import { FILE_FORMATS, textRows, type FileFormat, type TextRows } from '../../datafiles/index.js';
import type { DeploymentService } from '../../deployments/index.js';
import type { JobWork, RunningJob } from '../../jobs/index.js';
import type { Pipeline } from '../../pipelines/index.js';
import { DomainError } from '../../platform/errors.js';
import type { JsonObject } from '../../platform/events/index.js';
import type { PredictionService } from '../../predictions/index.js';
import type { ResultFiles } from '../files/result-files.js';
import type { UploadedFiles } from '../files/uploaded-files.js';
import {
  answerFile,
  failedRow,
  fileProgress,
  NOTHING_YET,
  progressOf,
  type RowSink,
} from '../rows/answer-file.js';
import type { AnsweredRow } from '../rows/answering.js';
import { openAsked, type AskedFile } from '../rows/asked-rows.js';
import { checkedColumns, checkedFormat, checkedLevel, targetVersion, textOf } from '../rows/asked-target.js';
import { makeResult } from './made-result.js';
import { isDirect, rowsFormat } from './rows-format.js';
import { errorOf, ownColumns, ResultLayout, type ResultColumns } from './result-layout.js';

const input = z.object({
  deployment: z.string().nullable(),
  version: z.string(),
  artifact: z.string(),
  format: z.enum(FILE_FORMATS),
  outputFormat: z.enum(FILE_FORMATS),
  columns: z.record(z.string(), z.string()),
  level: z.number().nullable(),
});
type Input = z.infer<typeof input>;

const checkpoint = fileProgress.extend({
  columns: z
    .object({ names: z.record(z.string(), z.string()), hasIntervals: z.boolean(), hasDomain: z.boolean() })
    .nullable(),
});
type Checkpoint = z.infer<typeof checkpoint>;

interface Parts {
  readonly catalog: Pick<CatalogService, 'resolveVersion' | 'versionsByIds'>;
  readonly deployments: Pick<DeploymentService, 'require'>;
  readonly predictions: PredictionService;
  readonly uploads: UploadedFiles;
  readonly results: ResultFiles;
}

/**
 * The job BATCH_PREDICTION: answers every row of a file by one version, behind all requests, and writes a row for each in the same
 * order. Memory is that of some rows; what was written is durable before it is told.
 */
export class BatchPrediction implements JobWork {
  readonly kind = 'BATCH_PREDICTION';

  constructor(private readonly parts: Parts) {}

  async prepare(asked: JsonObject): Promise<{ input: JsonObject; title: string }> {
    const { deployment, version } = await targetVersion(this.parts, asked);
    const format = checkedFormat(asked.format, 'format');
    const outputFormat = outputFormatOf(format, asked.outputFormat);
    const columns = checkedColumns(asked.columns);
    const artifact = textOf(asked.artifact);
    const path = await this.parts.uploads.path(artifact);
    // What is wrong with the file as a whole is told now rather than by a job that failed.
    const file = await openAsked({ path, format, columns, pipeline: this.pipelineOf(version) });
    await file.close();
    const prepared: Input = {
      deployment,
      version: version.ref,
      artifact,
      format,
      outputFormat,
      columns: Object.fromEntries(columns),
      level: checkedLevel(asked.level),
    };
    return { input: prepared, title: `Predict a ${format} file with ${deployment ?? version.ref}` };
  }

  async run(job: RunningJob): Promise<JsonObject> {
    const asked = input.parse(job.input);
    const version = await this.parts.catalog.resolveVersion(asked.version, ['version']);
    const reached = checkpoint.parse(job.checkpoint ?? { ...NOTHING_YET, columns: null });
    if (!reached.isAnswered) {
      const pipeline = this.pipelineOf(version);
      const layout = new ResultLayout(pipeline);
      const sinkOf = (file: AskedFile) => new ResultRows(layout, asked, file, reached);
      await answerFile(this.parts, job, asked, pipeline, reached, sinkOf);
    }
    const { size, columns } = await this.finish(job, asked, reached);
    const { rows, failed, errors, taken } = reached;
    return {
      version: version.ref,
      deployment: asked.deployment,
      rows,
      failed,
      errors,
      taken,
      format: asked.outputFormat,
      columns: columns === null ? null : [...columns],
      bytes: size,
    };
  }

  /** The result under its name, made of the rows where they are not it already. */
  private async finish(
    job: RunningJob,
    asked: Input,
    reached: Checkpoint,
  ): Promise<{ readonly size: number; readonly columns: readonly string[] | null }> {
    const { results } = this.parts;
    let columns: readonly string[] | null = null;
    let whole = await results.find(job.id);
    if (whole?.isWhole !== true) {
      if (isDirect(asked)) whole = await results.finishRows(job.id);
      else {
        job.log(`Writing ${asked.outputFormat}.`);
        const file = await results.made(job.id);
        try {
          columns = await makeResult(results.rowsPath(job.id), file, asked.outputFormat, job.signal);
        } finally {
          await file.close();
        }
        whole = await results.finishMade(job.id);
      }
    }
    job.report(progressOf(reached, reached.rows, 1));
    return { size: whole.size, columns };
  }

  private pipelineOf(version: VersionRecord): Pipeline {
    return this.parts.predictions.pipelineOf(version);
  }
}

/** What is written for answered rows. */
class ResultRows implements RowSink {
  private text: TextRows | null = null;
  private columns: ResultColumns | null = null;

  constructor(
    private readonly layout: ResultLayout,
    private readonly asked: Input,
    private readonly file: AskedFile,
    private readonly reached: Checkpoint,
  ) {}

  textOf(rows: readonly AnsweredRow[]): string {
    let text = this.begin(rows);
    const { columns, layout } = this;
    if (columns === null || this.text === null) throw new Error('Rows before their columns');
    const isNested = this.asked.outputFormat === 'JSONL';
    for (const row of rows) {
      text += this.text.row(isNested ? layout.nested(row, columns) : layout.flat(row, columns));
      const error = errorOf(row);
      if (error !== null) failedRow(this.reached, row.asked.line, error.code, error.message);
    }
    return text;
  }

  /** A file without rows has a header all the same. */
  end(): string {
    return this.begin([]);
  }

  /** What stands before the first row; nothing after it. */
  private begin(first: readonly AnsweredRow[]): string {
    if (this.text !== null) return '';
    const { asked, file, layout, reached } = this;
    const inputColumns = file.description.columns ?? ownColumns(asked.format);
    const isNew = reached.columns === null;
    this.columns = reached.columns ??= layout.columns(inputColumns, first, asked.level !== null);
    this.text = textRows(rowsFormat(asked), [...inputColumns, ...layout.inOrder(this.columns)]);
    return isNew ? this.text.header : '';
  }
}

function outputFormatOf(format: FileFormat, given: unknown): FileFormat {
  const outputFormat = given === undefined || given === null ? format : checkedFormat(given, 'outputFormat');
  if ((outputFormat === 'SDF' || outputFormat === 'SMI') && outputFormat !== format)
    throw new DomainError(
      'INVALID_ARGUMENT',
      `outputFormat ${outputFormat} is for files that are ${outputFormat} already, got ${format}: expected CSV, TSV, JSONL or PARQUET.`,
      { field: ['outputFormat'] },
    );
  return outputFormat;
}
