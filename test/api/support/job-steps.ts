import { ask, succeed, type Api } from './ask.js';

export interface Job {
  readonly id: string;
  readonly kind: string;
  readonly state: string;
  readonly title: string;
  readonly attempts: number;
  readonly progress: {
    readonly done: number;
    readonly total: number | null;
    readonly failed: number;
    readonly share: number | null;
  };
  readonly result: Record<string, unknown> | null;
  readonly resultUrl: string | null;
  readonly error: string | null;
  readonly log: readonly { readonly message: string }[];
  readonly startedAt: string | null;
}

export const JOB = /* GraphQL */ `
  id kind state title attempts reason actor result resultUrl error startedAt
  progress { done total failed share rate secondsLeft }
  log { message }
`;

const mutation = (name: string, input: string) =>
  `mutation ($input: ${input}!) { ${name}(input: $input) { job { ${JOB} } userErrors { field code message } } }`;

export const startArtifactVerification = mutation(
  'startArtifactVerification',
  'StartArtifactVerificationInput',
);
export const pauseJob = mutation('pauseJob', 'PauseJobInput');
export const resumeJob = mutation('resumeJob', 'ResumeJobInput');
export const cancelJob = mutation('cancelJob', 'CancelJobInput');

export async function startVerification(api: Api, reason?: string): Promise<Job> {
  return (await succeed<{ job: Job }>(api, startArtifactVerification, { input: { reason } })).job;
}

export async function jobOf(api: Api, id: string): Promise<Job> {
  const { job } = await ask<{ job: Job | null }>(api, `query ($id: ID!) { job(id: $id) { ${JOB} } }`, { id });
  if (!job) throw new Error(`There is no job ${id}`);
  return job;
}
