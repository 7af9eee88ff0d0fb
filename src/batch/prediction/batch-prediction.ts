import { z } from 'zod';
import type { CatalogService, VersionRecord } from '../../catalog/index.js';
import { FILE_FORMATS, textRows, type FileFormat, type TextRows } from '../../datafiles/index.js';
import type { DeploymentService } from '../../deployments/index.js';
import type { JobWork, Reached, RunningJob } from '../../jobs/index.js';
import type { Pipeline } from '../../pipelines/index.js';
import { DomainError } from '../../platform/errors.js';
import type { JsonObject } from '../../platform/events/index.js';
import type { PredictionService } from '../../predictions/index.js';
import type { GrowingFile } from '../files/growing-file.js';
import type { ResultFiles } from '../files/result-files.js';
import type { UploadedFiles } from '../files/uploaded-files.js';
import { answeredRows } from '../rows/answered-rows.js';
import { Answering, type AnsweredRow } from '../rows/answering.js';
import { openAsked, type AskedFile } from '../rows/asked-rows.js';
import { checkedColumns, checkedFormat, checkedLevel, targetVersion } from '../rows/asked-target.js';
import { makeResult } from './made-result.js';
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

const checkpoint = z.object({
  rows: z.number(),
  failed: z.number(),
  /** Of the file of rows: what is right of it. */
  bytes: z.number(),
  columns: z.object({ names: z.record(z.string(), z.string()), hasIntervals: z.boolean() }).nullable(),
  /** The first that failed. */
  errors: z.array(z.object({ line: z.number(), code: z.string(), message: z.string() })),
  taken: z.array(z.string()),
  /** Whether every row was answered. */
  isAnswered: z.boolean(),
});
type Checkpoint = z.infer<typeof checkpoint>;

const BEGINNING: Checkpoint = {
  rows: 0,
  failed: 0,
  bytes: 0,
  columns: null,
  errors: [],
  taken: [],
  isAnswered: false,
};

const MAX_ERRORS = 20;
/** What is put down so often is done again at most after the end of the server. */
const SAVE_EVERY_MS = 1_000;

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
    const format = checkedFormat(asked['format'], 'format');
    const outputFormat = outputFormatOf(format, asked['outputFormat']);
    const columns = checkedColumns(asked['columns']);
    const artifact = String(asked['artifact']);
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
      level: checkedLevel(asked['level']),
    };
    return { input: prepared, title: `Predict a ${format} file with ${deployment ?? version.ref}` };
  }

  async run(job: RunningJob): Promise<JsonObject> {
    const asked = input.parse(job.input);
    const version = await this.parts.catalog.resolveVersion(asked.version, ['version']);
    const reached = checkpoint.parse(job.checkpoint ?? BEGINNING);
    if (!reached.isAnswered) await this.answer(job, asked, this.pipelineOf(version), reached);
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

  private async answer(
    job: RunningJob,
    asked: Input,
    pipeline: Pipeline,
    reached: Checkpoint,
  ): Promise<void> {
    const { predictions, results, uploads } = this.parts;
    const path = await uploads.path(asked.artifact);
    const total = await uploads.size(asked.artifact);
    const read = { bytes: 0 };
    const file = await openAsked({
      path,
      format: asked.format,
      columns: new Map(Object.entries(asked.columns)),
      pipeline,
      signal: job.signal,
      onBytes: (count) => (read.bytes += count),
      onTaken: (what) => {
        if (reached.taken.includes(what)) return;
        reached.taken.push(what);
        job.log(`Read as ${what}.`);
      },
    });
    const share = (): number => Math.min(0.999, read.bytes / Math.max(1, total));
    const answering = new Answering(predictions, asked, job);
    const output = await results.rows(job.id, reached.bytes);
    try {
      const writer = new RowWriter(output, new ResultLayout(pipeline), asked, file, reached);
      let savedAt = performance.now();
      for await (const rows of answeredRows(file.rows(), answering, reached.rows)) {
        await writer.write(rows);
        if (performance.now() - savedAt < SAVE_EVERY_MS) continue;
        await this.save(job, output, reached, { share: share() });
        savedAt = performance.now();
      }
      await writer.end();
      reached.isAnswered = true;
      await this.save(job, output, reached, { total: reached.rows, share: 0.999 });
    } finally {
      await output.close();
    }
  }

  private async save(
    job: RunningJob,
    output: GrowingFile,
    reached: Checkpoint,
    { total = null, share }: { readonly total?: number | null; readonly share: number },
  ): Promise<void> {
    await output.sync();
    reached.bytes = output.bytes;
    await job.save(reached, progress(reached, total, share));
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
    job.report(progress(reached, reached.rows, 1));
    return { size: whole.size, columns };
  }

  private pipelineOf(version: VersionRecord): Pipeline {
    return this.parts.predictions.pipelineOf(version);
  }
}

/** Writes answered rows to the file of rows, and counts them. */
class RowWriter {
  private text: TextRows | null = null;

  constructor(
    private readonly output: GrowingFile,
    private readonly layout: ResultLayout,
    private readonly asked: Input,
    private readonly file: AskedFile,
    private readonly reached: Checkpoint,
  ) {}

  async write(rows: readonly AnsweredRow[]): Promise<void> {
    const columns = await this.begin(rows);
    const nested = this.asked.outputFormat === 'JSONL';
    let text = '';
    for (const row of rows) {
      const out = nested ? this.layout.nested(row, columns) : this.layout.flat(row, columns);
      text += this.text?.row(out) ?? '';
      this.count(row);
    }
    await this.output.append(Buffer.from(text));
  }

  /** A file without rows has a header all the same. */
  async end(): Promise<void> {
    await this.begin([]);
  }

  private async begin(first: readonly AnsweredRow[]): Promise<ResultColumns> {
    const { asked, file, layout, reached } = this;
    const inputColumns = file.description.columns ?? ownColumns(asked.format);
    const isNew = reached.columns === null;
    const columns = (reached.columns ??= layout.columns(inputColumns, first, asked.level !== null));
    if (this.text !== null) return columns;
    const format = isDirect(asked) ? (asked.outputFormat as 'CSV') : 'JSONL';
    this.text = textRows(format, [...inputColumns, ...Object.values(columns.names)]);
    if (isNew) await this.output.append(Buffer.from(this.text.header));
    return columns;
  }

  private count(row: AnsweredRow): void {
    const { reached } = this;
    reached.rows += 1;
    const error = errorOf(row);
    if (error === null) return;
    reached.failed += 1;
    if (reached.errors.length < MAX_ERRORS)
      reached.errors.push({ line: row.asked.line, code: error.code, message: error.message.slice(0, 500) });
  }
}

/** Whether rows can be written as they are answered: a header must know all columns before, and Parquet what is in them. */
function isDirect({ format, outputFormat }: Input): boolean {
  if (outputFormat === 'PARQUET') return false;
  return outputFormat === 'JSONL' || outputFormat === 'SDF' || (format !== 'JSONL' && format !== 'SDF');
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

function progress({ rows, failed }: Checkpoint, total: number | null, share: number): Reached {
  return { done: rows, total, failed, share };
}
