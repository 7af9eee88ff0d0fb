import {
  attachedRows,
  isFault,
  isOfLabels,
  targetResult,
  type CatalogService,
  type NewAttachment,
  type OptimizationSample,
  type VersionRecord,
} from '../../catalog/index.js';
import type { UploadedFiles } from '../../batch/index.js';
import type { DeploymentService } from '../../deployments/index.js';
import type { ArtifactStore } from '../../artifacts/index.js';
import { describeResults, type Pipeline } from '../../pipelines/index.js';
import { DomainError } from '../../platform/errors.js';
import { seededRandom } from '../../platform/seeded-random.js';
import type { RecordedRequests } from '../../recording/index.js';
import type { FileWish, SampleWish } from '../asked/optimization-input.js';

/** A row of a sample: what is asked, and what was measured of it where that is known. */
export interface SampleRow {
  readonly instance: unknown;
  readonly target: number | string | null;
}

export interface SampleRows {
  readonly source: OptimizationSample['source'];
  /** In words. */
  readonly description: string;
  /** In an order that the seed decides. */
  readonly rows: readonly SampleRow[];
  /** Rows of a file that could not be read. */
  readonly unreadable: number;
  /** The result that the targets are of; null where there are none. */
  readonly result: string | null;
}

export interface SampleParts {
  readonly catalog: Pick<CatalogService, 'examplesOfVersions'>;
  readonly artifacts: Pick<ArtifactStore, 'verified'>;
  readonly uploads: Pick<UploadedFiles, 'path'>;
  readonly deployments: Pick<DeploymentService, 'require'>;
  readonly recordedRequests: RecordedRequests;
}

const RECORDED_AT_ONCE = 200;
/** Between the rows that are worked on and others that are measured on, in a description of both. */
export const MEASURED_ON = '; measured on ';

/**
 * Reads the rows of a sample; of more than are wanted, as many by chance (Vitter's algorithm R).
 *
 * @throws DomainError FILE_NOT_FOUND, COLUMN_NOT_FOUND, UNREADABLE_FILE, DEPLOYMENT_NOT_FOUND, INVALID_ARGUMENT
 */
export async function readSample(
  parts: SampleParts,
  { source, rows: most }: SampleWish,
  about: { readonly version: VersionRecord; readonly pipeline: Pipeline },
  { seed, field, signal }: { readonly seed: number; readonly field: string; readonly signal?: AbortSignal },
): Promise<SampleRows> {
  const { version, pipeline } = about;
  const taken = new Taken(most, seed);
  if ('file' in source) {
    const attachment = asAttachment(source.file, pipeline, field);
    const path = await parts.uploads.path(source.file.artifact, [field, 'file', 'artifact']);
    await taken.file({ path, attachment, pipeline, field: [field, 'file'], signal });
    const result = attachment.target === null ? null : targetResult(attachment, pipeline);
    return taken.done('FILE', `${taken.seen} rows of a file`, result);
  }
  if ('attachment' in source) {
    const attachment = version.attachments.find(({ role }) => role === source.attachment);
    if (attachment === undefined)
      throw new Error('Whether it is attached was checked when the job was started');
    const path = await parts.artifacts.verified(attachment.digest, signal);
    await taken.file({ path, attachment, pipeline, field: [field, 'attachment'], signal });
    const result = attachment.target === null ? null : targetResult(attachment, pipeline);
    const what = source.attachment === 'TRAINING' ? ', which the original was trained on' : '';
    return taken.done(
      'ATTACHMENT',
      `${taken.seen} rows of the ${source.attachment} file of ${version.ref}${what}`,
      result,
    );
  }
  if ('examples' in source) {
    for (const { content } of await parts.catalog.examplesOfVersions([version.id]))
      if (content.kind === 'INSTANCE') taken.add({ instance: content.instance, target: null });
    return taken.done('EXAMPLES', `${taken.seen} examples of ${version.ref}`, null);
  }
  if ('recorded' in source) {
    await takeRecorded(parts, source.recorded.deployment, taken, most, field);
    return taken.done(
      'RECORDED',
      `${taken.seen} instances that ${source.recorded.deployment} recorded`,
      null,
    );
  }
  for (const instance of source.instances) taken.add({ instance, target: null });
  return taken.done('INSTANCES', `${taken.seen} instances given`, null);
}

async function takeRecorded(
  { deployments, recordedRequests }: SampleParts,
  name: string,
  taken: Taken,
  most: number,
  field: string,
): Promise<void> {
  const { id } = await deployments.require(name, [field, 'recorded', 'deployment']);
  let after: bigint | undefined;
  while (taken.seen < most) {
    const page = await recordedRequests.pages(
      [id],
      { take: RECORDED_AT_ONCE, fromEnd: false, ...(after !== undefined && { after }) },
      'PREDICT',
    );
    for (const content of await recordedRequests.contents(page))
      if (content?.operation === 'PREDICT')
        for (const instance of content.instances) taken.add({ instance, target: null });
    after = page.at(-1)?.id;
    if (page.length < RECORDED_AT_ONCE) return;
  }
}

/** A file that a caller sent, read as one that is attached to a version. @throws DomainError INVALID_ARGUMENT */
function asAttachment(
  { artifact, format, columns, target, predicted }: FileWish,
  pipeline: Pipeline,
  field: string,
): NewAttachment {
  const results = describeResults(pipeline).map(({ name }) => name);
  if (predicted !== null && !results.includes(predicted))
    throw new DomainError(
      'INVALID_ARGUMENT',
      `${field}.file.predicted: this version has the results ${results.join(', ')}, got ${JSON.stringify(predicted)}.`,
      { field: [field, 'file', 'predicted'] },
    );
  const options = predicted === null ? {} : { result: predicted };
  return { role: 'REFERENCE', digest: artifact, format, columns, target, predicted: null, options };
}

type ReadFile = Omit<Parameters<typeof attachedRows>[0], 'labels'>;

/** So many rows of those that come, by chance. */
class Taken {
  private readonly random: () => number;
  private readonly rows: SampleRow[] = [];
  private unreadable = 0;
  private fault: string | null = null;
  seen = 0;

  constructor(
    private readonly most: number,
    seed: number,
  ) {
    this.random = seededRandom(seed);
  }

  add(row: SampleRow): void {
    this.seen += 1;
    if (this.rows.length < this.most) {
      this.rows.push(row);
      return;
    }
    const place = Math.floor(this.random() * this.seen);
    if (place < this.most) this.rows[place] = row;
  }

  async file(read: ReadFile): Promise<void> {
    const labels = isOfLabels(read.attachment, read.pipeline);
    for await (const rows of attachedRows({ ...read, labels }))
      for (const row of rows) {
        if (isFault(row)) {
          this.unreadable += 1;
          this.fault ??= `line ${row.line}: ${row.error}`;
        } else this.add({ instance: row.instance, target: row.target });
      }
  }

  done(source: SampleRows['source'], description: string, result: string | null): SampleRows {
    const { random, rows, unreadable } = this;
    for (let place = rows.length - 1; place > 0; place -= 1) {
      const other = Math.floor(random() * (place + 1));
      const [one, two] = [rows[place], rows[other]];
      if (one !== undefined && two !== undefined) [rows[place], rows[other]] = [two, one];
    }
    const others = this.fault === null ? '' : `, beside ${unreadable} that cannot be read (${this.fault})`;
    return { source, description: `${description}${others}`.slice(0, 1_000), rows, unreadable, result };
  }
}
