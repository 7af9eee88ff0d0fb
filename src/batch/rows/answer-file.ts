import { z } from 'zod';
import type { RunningJob, Reached } from '../../jobs/index.js';
import type { Pipeline } from '../../pipelines/index.js';
import type { PredictionService } from '../../predictions/index.js';
import type { GrowingFile } from '../files/growing-file.js';
import type { JobFiles } from '../files/job-files.js';
import { answeredRows } from './answered-rows.js';
import { Answering, type AnsweredRow, type Answerer } from './answering.js';
import { openAsked, type AskedFile } from './asked-rows.js';
import type { FileFormat } from '../../datafiles/index.js';

/** How far a job has got with a file; part of its checkpoint. */
export const fileProgress = z.object({
  rows: z.number(),
  failed: z.number(),
  /** Of the file of rows that the job writes: what is right of it. */
  bytes: z.number(),
  /** The first that failed. */
  errors: z.array(z.object({ line: z.number(), code: z.string(), message: z.string() })),
  /** What the file was taken for. */
  taken: z.array(z.string()),
  /** Whether every row was answered. */
  isAnswered: z.boolean(),
});
export type FileProgress = z.infer<typeof fileProgress>;

export const NOTHING_YET: FileProgress = {
  rows: 0,
  failed: 0,
  bytes: 0,
  errors: [],
  taken: [],
  isAnswered: false,
};

const MAX_ERRORS = 20;
const MAX_MESSAGE = 500;
/** What is put down so often is done again at most after the end of the server. */
const SAVE_EVERY_MS = 1_000;
const WRITE_CHARACTERS = 64 * 1024;

export interface AskedFileOfJob extends Answerer {
  readonly artifact: string;
  readonly format: FileFormat;
  readonly columns: Readonly<Record<string, string>>;
}

/** What a job makes of the rows of a file. */
export interface RowSink {
  /** What is to be written for these rows; counts those that failed by `failedRow`. */
  textOf(rows: readonly AnsweredRow[]): string;
  /** What comes at the end, of a file without rows too. */
  end(): string;
}

interface Parts extends Pick<JobFiles, 'uploads' | 'results'> {
  readonly predictions: PredictionService;
}

/**
 * Answers every row of a file that `reached` does not count yet and writes what becomes of them to the job's file of rows. What is
 * put down as reached was made durable before.
 *
 * @param reached is kept up to date
 * @throws DomainError as openAsked and Answering; STORAGE_FULL, UNAVAILABLE; the job's signal's reason
 */
export async function answerFile(
  parts: Parts,
  job: RunningJob,
  asked: AskedFileOfJob,
  pipeline: Pipeline,
  reached: FileProgress,
  sinkOf: (file: AskedFile) => RowSink,
): Promise<void> {
  const { predictions, results, uploads } = parts;
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
  const sink = sinkOf(file);
  const answering = new Answering(predictions, asked, job);
  const output = await results.rows(job.id, reached.bytes);
  try {
    let savedAt = performance.now();
    let text: string[] = [];
    let length = 0;
    for await (const rows of answeredRows(file.rows(), answering, reached.rows)) {
      await answering.whenIdle();
      const more = sink.textOf(rows);
      text.push(more);
      length += more.length;
      reached.rows += rows.length;
      const isDue = performance.now() - savedAt >= SAVE_EVERY_MS;
      if (!isDue && length < WRITE_CHARACTERS) continue;
      await output.append(Buffer.from(text.join('')));
      text = [];
      length = 0;
      if (!isDue) continue;
      await save(job, output, reached, {
        total: null,
        share: Math.min(0.999, read.bytes / Math.max(1, total)),
      });
      savedAt = performance.now();
    }
    await output.append(Buffer.from(text.join('') + sink.end()));
    reached.isAnswered = true;
    await save(job, output, reached, { total: reached.rows, share: 0.999 });
  } finally {
    await output.close();
  }
}

export function failedRow(reached: FileProgress, line: number, code: string, message: string): void {
  reached.failed += 1;
  if (reached.errors.length < MAX_ERRORS)
    reached.errors.push({ line, code, message: message.slice(0, MAX_MESSAGE) });
}

export function progressOf({ rows, failed }: FileProgress, total: number | null, share: number): Reached {
  return { done: rows, total, failed, share };
}

async function save(
  job: RunningJob,
  output: GrowingFile,
  reached: FileProgress,
  { total, share }: { readonly total: number | null; readonly share: number },
): Promise<void> {
  await output.sync();
  reached.bytes = output.bytes;
  await job.save({ ...reached }, progressOf(reached, total, share));
}
