import { until } from '../../support/until.js';
import { succeed, type Api } from './ask.js';
import { JOB, jobOf, type Job } from './job-steps.js';

/** A server whose files and results are reached over HTTP. */
export interface FileServer extends Api {
  readonly url: string;
}

export const START_BATCH = `mutation ($input: StartBatchPredictionInput!) {
  startBatchPrediction(input: $input) { job { ${JOB} } userErrors { field code message } } }`;

export async function sendFile(
  { url }: FileServer,
  bytes: Uint8Array | string,
): Promise<{
  readonly digest: string;
  readonly size: number;
  readonly status: number;
  readonly code?: string;
}> {
  const response = await fetch(`${url}/files`, {
    method: 'POST',
    headers: { 'content-type': 'application/octet-stream' },
    body: Buffer.from(bytes),
  });
  const answer = (await response.json()) as { digest: string; size: number; error?: { code: string } };
  return { ...answer, status: response.status, ...(answer.error && { code: answer.error.code }) };
}

export async function startBatch(
  server: FileServer,
  bytes: Uint8Array | string,
  input: Readonly<Record<string, unknown>>,
): Promise<Job> {
  const { digest } = await sendFile(server, bytes);
  return (await succeed<{ job: Job }>(server, START_BATCH, { input: { artifact: digest, ...input } })).job;
}

export async function overJob(server: Api, id: string): Promise<Job> {
  let job = await jobOf(server, id);
  await until(async () => {
    job = await jobOf(server, id);
    return ['SUCCEEDED', 'FAILED', 'CANCELLED'].includes(job.state);
  });
  return job;
}

/** The job when it is over, and the text of its result. */
export async function batch(
  server: FileServer,
  bytes: Uint8Array | string,
  input: Readonly<Record<string, unknown>>,
): Promise<{ readonly job: Job; readonly text: string; readonly response: Response }> {
  const job = await overJob(server, (await startBatch(server, bytes, input)).id);
  if (job.state !== 'SUCCEEDED') throw new Error(`The job is ${job.state}: ${job.error ?? ''}`);
  const response = await fetch(`${server.url}${job.resultUrl ?? ''}`);
  return { job, response, text: await response.clone().text() };
}
