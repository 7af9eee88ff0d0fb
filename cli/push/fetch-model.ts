import { StartArtifactFetch, type SourceInput } from '../__generated__/operations.js';
import { accepted } from '../api/api.js';
import type { Session } from '../command.js';
import { EXIT } from '../exit-codes.js';
import { Failure, wrongUsage } from '../failure.js';
import { followJob } from '../jobs/watch.js';
import { HEAD_BYTES, looksForeign } from './model-file.js';
import type { StoredFile } from './store-file.js';

export interface FetchedModel {
  readonly stored: StoredFile;
  /** Whether it is of another framework. */
  readonly needsConversion: boolean;
  /** Where it was found. */
  readonly source: SourceInput;
}

export const fetchOptions = {
  credentials: {
    kind: 'text',
    describe: "With an address: name of a secret in the server operator's file",
    completes: 'nothing',
  },
} as const;

/** Whether it names a file elsewhere, which the server fetches. */
export function isAddress(text: string): boolean {
  return /^(?:https?|s3|hf|git\+https?):\/\//.test(text);
}

/** @throws Failure USAGE */
export function checkCredentials(file: string | null, credentials: string | undefined): void {
  if (credentials !== undefined && (file === null || !isAddress(file)))
    throw wrongUsage(
      '--credentials: expected the address of a model with it, such as s3://bucket/model.onnx.',
    );
}

/** Has the server bring a model to it, and watches. @throws Failure with what the job says, when it does not succeed */
export async function fetchModel(
  session: Session,
  url: string,
  credentials: string | undefined,
): Promise<FetchedModel> {
  const input = { location: { url, credentials } };
  const begun = accepted((await session.api.ask(StartArtifactFetch, { input })).startArtifactFetch, 'job');
  const job = await followJob(session, begun);
  if (job.state !== 'SUCCEEDED')
    throw new Failure(EXIT.REFUSED, `JOB_${job.state}`, job.error ?? `The job ${job.id} is ${job.state}.`);
  const { digest, size, graph, source } = job.result as {
    readonly digest: string;
    readonly size: number;
    readonly graph: boolean | null;
    readonly source: SourceInput;
  };
  const needsConversion = graph === null ? looksForeign(await headOf(session, digest)) : !graph;
  return { stored: { digest, size, uploaded: false }, needsConversion, source };
}

async function headOf({ api: { http } }: Session, digest: string): Promise<Buffer> {
  const response = await http.fetch(`artifacts/${digest}`, {
    headers: { range: `bytes=0-${HEAD_BYTES - 1}` },
  });
  if (!response.ok) throw http.refusal(response.status, await http.text(response));
  return Buffer.from(await response.arrayBuffer());
}
