import type { ArtifactStore } from '../../artifacts/index.js';
import type { CatalogService, VersionRecord } from '../../catalog/index.js';
import type { DeploymentService } from '../../deployments/index.js';
import { checkDuration } from '../window.js';
import { DomainError } from '../../platform/errors.js';
import type { RecordedRequests, RecordedRequestRecord } from '../../recording/index.js';
import { rowsOf, type Tensor } from '../../tensors/index.js';
import type { ReferenceSource } from './reference.js';
import type { ReferenceRows } from './reference-builder.js';
import { tensorsOfRow } from './tensor-row.js';
import { readTrainingTable } from './training-table.js';

/** Exactly one says where the rows come from. */
export interface ReferenceRequest {
  readonly version: string;
  readonly instances?: readonly unknown[] | null | undefined;
  /** The digest of an uploaded CSV file. */
  readonly csv?: string | null | undefined;
  readonly recordedFrom?: { readonly deployment: string; readonly windowMs: number } | null | undefined;
  readonly fromExamples?: boolean | null | undefined;
  readonly reason?: string | null | undefined;
}

export const MAX_REFERENCE_ROWS = 10_000;
const MINUTE_MS = 60_000;
const LONGEST_MS = 30 * 86_400_000;
const PAGE = 100;

export interface FoundRows {
  readonly source: ReferenceSource;
  readonly rows: ReferenceRows;
}

/** Finds the rows that a reference is to be made of. */
export class ReferenceRowFinder {
  constructor(
    private readonly deps: {
      readonly artifacts: ArtifactStore;
      readonly catalog: CatalogService;
      readonly deployments: DeploymentService;
      readonly recordedRequests: RecordedRequests;
      readonly random?: () => number;
    },
  ) {}

  /** @throws DomainError INVALID_ARGUMENT, INVALID_TENSOR, ARTIFACT_NOT_FOUND, DEPLOYMENT_NOT_FOUND */
  async find(request: ReferenceRequest, version: VersionRecord): Promise<FoundRows> {
    const { instances, csv, recordedFrom, fromExamples } = request;
    const given = [
      instances && 'instances',
      csv && 'csv',
      recordedFrom && 'recordedFrom',
      fromExamples && 'fromExamples',
    ];
    const names = given.filter((name) => typeof name === 'string');
    if (names.length !== 1)
      throw new DomainError(
        'INVALID_ARGUMENT',
        `Expected exactly one of instances, csv, recordedFrom and fromExamples, got ${names.length === 0 ? 'none' : names.join(' and ')}.`,
        { field: [names[0] ?? 'instances'] },
      );
    if (instances) return { source: 'TRAINING_DATA', rows: asRows(instances, version, ['instances']) };
    if (csv) return { source: 'TRAINING_DATA', rows: await this.table(csv, version) };
    if (recordedFrom) return { source: 'RECORDED_WINDOW', rows: await this.recorded(recordedFrom, version) };
    return { source: 'EXAMPLES', rows: await this.examples(version) };
  }

  private async table(digest: string, version: VersionRecord): Promise<ReferenceRows> {
    const { artifacts, random = Math.random } = this.deps;
    const file = artifacts.readChecked(digest);
    const { rows } = await readTrainingTable(file, version, MAX_REFERENCE_ROWS, random).catch(
      (error: unknown) => {
        if (!(error instanceof DomainError) || error.field !== undefined) throw error;
        throw new DomainError(error.code, error.message, { field: ['csv'], cause: error });
      },
    );
    return asRows(rows, version, ['csv']);
  }

  private async examples(version: VersionRecord): Promise<ReferenceRows> {
    const examples = await this.deps.catalog.examplesOfVersions([version.id]);
    const instances = examples.flatMap(({ content }) =>
      content.kind === 'INSTANCE' ? [content.instance] : [],
    );
    const requests = examples.flatMap(({ content }) => (content.kind === 'TENSORS' ? [content.inputs] : []));
    return oneForm(instances, requests, {
      empty: `${version.ref} was published without examples (publishVersion takes them). Give instances, or a CSV file of its training data.`,
      field: ['fromExamples'],
    });
  }

  private async recorded(
    { deployment: name, windowMs }: NonNullable<ReferenceRequest['recordedFrom']>,
    version: VersionRecord,
  ): Promise<ReferenceRows> {
    const { deployments, recordedRequests } = this.deps;
    checkDuration(windowMs, MINUTE_MS, LONGEST_MS, ['recordedFrom', 'window']);
    const deployment = await deployments.find(name);
    if (!deployment)
      throw new DomainError('DEPLOYMENT_NOT_FOUND', `There is no deployment "${name}".`, {
        field: ['recordedFrom', 'deployment'],
      });
    if (deployment.modelId !== version.modelId)
      throw new DomainError(
        'INVALID_ARGUMENT',
        `Expected a deployment of ${version.modelName}, got "${name}", which serves another model.`,
        { field: ['recordedFrom', 'deployment'] },
      );
    const since = new Date(Date.now() - windowMs);
    const instances: unknown[] = [];
    const requests: (readonly Tensor[])[] = [];
    let rows = 0;
    let after: bigint | undefined;
    for (let isMore = true; isMore && rows < MAX_REFERENCE_ROWS;) {
      const page = await recordedRequests.pages([deployment.id], { after, take: PAGE, fromEnd: false });
      const kept = page.filter(({ at }) => at >= since);
      for (const part of inParts(kept))
        for (const content of await recordedRequests.contents(part)) {
          if (content === null || rows >= MAX_REFERENCE_ROWS) continue;
          if (content.operation === 'PREDICT') {
            instances.push(...content.instances.slice(0, MAX_REFERENCE_ROWS - rows));
            rows += content.instances.length;
          } else {
            requests.push(content.inputs);
            rows += rowsOf(content.inputs) ?? 1;
          }
        }
      after = page.at(-1)?.id;
      isMore = page.length === PAGE && kept.length === PAGE;
    }
    const { recording } = deployment.revision;
    const empty =
      recording === null
        ? `Deployment "${name}" records no requests. Switch it on with updateDeployment(input: {name: "${name}", recording: {sampleRate: 1}}) and have it asked; or give instances, or a CSV file.`
        : `Deployment "${name}" has recorded no request since ${since.toISOString()}. Give a longer window, instances, or a CSV file.`;
    return oneForm(instances, requests, { empty, field: ['recordedFrom'] });
  }
}

/** Recorded requests that are read together: they may be large. */
function inParts(requests: readonly RecordedRequestRecord[]): RecordedRequestRecord[][] {
  const most = 8 * 1_024 * 1_024;
  const parts: RecordedRequestRecord[][] = [];
  let bytes = Infinity;
  for (const request of requests) {
    if (bytes + request.bytes > most) {
      parts.push([]);
      bytes = 0;
    }
    parts.at(-1)?.push(request);
    bytes += request.bytes;
  }
  return parts;
}

/** Of what was kept in both forms, the one with more requests. */
function oneForm(
  instances: readonly unknown[],
  requests: readonly (readonly Tensor[])[],
  { empty, field }: { readonly empty: string; readonly field: readonly string[] },
): ReferenceRows {
  if (instances.length === 0 && requests.length === 0)
    throw new DomainError('INVALID_ARGUMENT', empty, { field });
  return instances.length >= requests.length
    ? { form: 'INSTANCES', instances }
    : { form: 'TENSORS', requests };
}

function asRows(rows: readonly unknown[], version: VersionRecord, field: readonly string[]): ReferenceRows {
  if (rows.length === 0 || rows.length > MAX_REFERENCE_ROWS)
    throw new DomainError(
      'INVALID_ARGUMENT',
      `Expected 1 to ${MAX_REFERENCE_ROWS} instances, got ${rows.length}. Of more, upload a CSV file: a sample of it is taken.`,
      { field },
    );
  if (version.pipeline) return { form: 'INSTANCES', instances: rows };
  return {
    form: 'TENSORS',
    requests: rows.map((row, index) => tensorsOfRow(row, version, [...field, String(index)])),
  };
}
