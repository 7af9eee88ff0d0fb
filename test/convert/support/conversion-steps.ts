import { ask, refusal, succeed } from '../../api/support/ask.js';
import { overJob } from '../../api/support/file-steps.js';
import { JOB, type Job } from '../../api/support/job-steps.js';
import type { TestApp } from '../../support/test-app.js';

const START = `mutation ($input: StartConversionInput!) {
  startConversion(input: $input) { job { ${JOB} } userErrors { field code message } } }`;

export const CONVERSION = /* GraphQL */ `
  format about signature warnings network runtime
  source { digest size url }
  converter { name version }
  tools { name version }
  packages { name version }
  proof {
    tolerance
    sample { source rows seed }
    converter { name elements largest mean largestRelative }
    server { name elements largest mean largestRelative }
  }
`;

export interface Difference {
  readonly name: string;
  readonly largest: number | null;
  readonly largestRelative: number | null;
}

export interface ConvertedVersion {
  readonly ref: string;
  readonly card: string;
  readonly artifact: {
    readonly digest: string;
    readonly operators: readonly { readonly operator: string }[];
  };
  readonly attachments: readonly { readonly role: string; readonly digest: string }[];
  readonly environment: { readonly runtime: string; readonly packages: readonly { readonly name: string }[] };
  readonly signature: {
    readonly inputs: readonly {
      readonly name: string;
      readonly datatype: string;
      readonly shape: number[];
    }[];
    readonly outputs: readonly { readonly name: string; readonly classLabels: string[] | null }[];
  };
  readonly conversion: {
    readonly format: string;
    readonly about: string;
    readonly warnings: readonly string[];
    readonly source: { readonly digest: string };
    readonly proof: {
      readonly sample: { readonly source: string; readonly rows: number };
      readonly converter: readonly Difference[];
      readonly server: readonly Difference[];
    };
  };
}

const VERSION = `query ($ref: String!) { version(ref: $ref) {
  ref card artifact { digest operators { operator } } attachments { role digest }
  environment { runtime packages { name version } }
  signature { inputs { name datatype shape } outputs { name classLabels } }
  conversion { ${CONVERSION} } } }`;

export async function begin(app: TestApp, input: Readonly<Record<string, unknown>>): Promise<Job> {
  return (await succeed<{ job: Job }>(app, START, { input })).job;
}

export async function refused(app: TestApp, input: Readonly<Record<string, unknown>>) {
  return refusal(app, START, { input });
}

export async function convert(app: TestApp, input: Readonly<Record<string, unknown>>): Promise<Job> {
  return overJob(app, (await begin(app, input)).id);
}

/** A conversion that must go well, and the version it ends in. */
export async function converted(
  app: TestApp,
  input: Readonly<Record<string, unknown>>,
): Promise<ConvertedVersion> {
  const job = await convert(app, input);
  if (job.state !== 'SUCCEEDED')
    throw new Error(`The job is ${job.state}: ${job.error ?? ''} ${JSON.stringify(job.log)}`);
  return versionOf(app, String(job.result?.version));
}

export async function versionOf(app: TestApp, ref: string): Promise<ConvertedVersion> {
  return (await ask<{ version: ConvertedVersion }>(app, VERSION, { ref })).version;
}

export async function countVersions(app: TestApp, model: string): Promise<number> {
  const { model: found } = await ask<{ model: { versions: { totalCount: number } } }>(
    app,
    'query ($model: String!) { model(name: $model) { versions { totalCount } } }',
    { model },
  );
  return found.versions.totalCount;
}
