import {
  StartBatchPrediction,
  type FileFormat,
  type JobNowFragment,
  type StartBatchPredictionInput,
} from '../__generated__/operations.js';
import { accepted } from '../api/api.js';
import type { Http } from '../api/http.js';
import { uploadFile } from '../api/upload.js';
import type { Session } from '../command.js';
import { EXIT } from '../exit-codes.js';
import { Failure } from '../failure.js';
import { followJob } from '../jobs/watch.js';
import { writeWhole } from '../transfer/whole-file.js';

export interface BatchFile {
  readonly target: string;
  readonly file: string;
  readonly size: number;
  readonly format: FileFormat;
  readonly columns: ReadonlyMap<string, string>;
  readonly output: string;
  readonly outputFormat: FileFormat;
  readonly force: boolean;
}

/** Sends a file, has the server answer every row of it, and saves what it wrote. @throws Failure */
export async function runBatch(session: Session, batch: BatchFile): Promise<JobNowFragment> {
  const { columns, format, output, outputFormat, target } = batch;
  const artifact = await sendFile(session, batch);
  const asked = { artifact, format, outputFormat, columns: Object.fromEntries(columns) };
  const begun = await start(session, target, asked);
  const job = await followJob(session, begun);
  if (job.state !== 'SUCCEEDED' || job.resultUrl === null)
    throw new Failure(
      EXIT.NEGATIVE,
      `JOB_${job.state}`,
      job.state === 'PAUSED'
        ? `The job ${job.id} is paused: retort job ${job.id} --resume --follow goes on with it.`
        : (job.error ?? `The job ${job.id} is ${job.state}.`),
    );
  await download(session, job.resultUrl, output, batch.force);
  return job;
}

/** @returns the digest */
export async function sendFile(
  { api, progress, signal }: Pick<Session, 'api' | 'progress' | 'signal'>,
  { file, size }: { readonly file: string; readonly size: number },
): Promise<string> {
  const answer = await progress.measure('Sending', size, 'bytes', (bar) =>
    uploadFile(api.http, { to: '/files', file, size, signal, onBytes: (count) => bar.advance(count) }),
  );
  const { digest } = answer as { readonly digest?: unknown };
  if (typeof digest !== 'string') throw api.http.notRetort();
  return digest;
}

type Asked = Omit<StartBatchPredictionInput, 'deployment' | 'version'>;

/** A name without @ is a deployment, and where there is none, a model. */
async function start({ api }: Session, target: string, asked: Asked): Promise<JobNowFragment> {
  const ask = async (subject: { readonly deployment: string } | { readonly version: string }) => {
    const input = { ...asked, ...subject };
    return accepted((await api.ask(StartBatchPrediction, { input })).startBatchPrediction, 'job');
  };
  if (target.includes('@')) return ask({ version: target });
  try {
    return await ask({ deployment: target });
  } catch (error) {
    if (!(error instanceof Failure) || error.code !== 'DEPLOYMENT_NOT_FOUND') throw error;
    return ask({ version: target });
  }
}

async function download(
  { api, progress }: Session,
  url: string,
  output: string,
  force: boolean,
): Promise<void> {
  const response = await api.http.fetch(url);
  if (!response.ok || response.body === null)
    throw api.http.refusal(response.status, await api.http.text(response));
  const body = response.body as AsyncIterable<Uint8Array>;
  const size = Number(response.headers.get('content-length')) || null;
  await progress.measure('Saving', size, 'bytes', (bar) =>
    writeWhole(
      output,
      received(api.http, body, (count) => bar.advance(count)),
      { replace: force },
    ),
  );
}

async function* received(
  http: Http,
  body: AsyncIterable<Uint8Array>,
  onBytes: (count: number) => void,
): AsyncGenerator<Uint8Array> {
  try {
    for await (const chunk of body) {
      yield chunk;
      onBytes(chunk.length);
    }
  } catch (error) {
    throw http.lost(error);
  }
}
