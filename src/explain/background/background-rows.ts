import type { ArtifactStore } from '../../artifacts/index.js';
import { attachedRows, isFault, isOfLabels, type VersionRecord } from '../../catalog/index.js';
import type { DeploymentService } from '../../deployments/index.js';
import type { Pipeline } from '../../pipelines/index.js';
import { DomainError } from '../../platform/errors.js';
import { seededRandom } from '../../platform/seeded-random.js';
import type { RecordedRequests } from '../../recording/index.js';
import type { ExplainInput } from '../explain-input.js';

/** Instances that absent quantities are taken from. */
export interface BackgroundRows {
  /** For people: `50 of 803 training rows of esol@3, drawn with seed 1`. */
  readonly description: string;
  readonly instances: readonly unknown[];
  /** Of the input, for what is wrong with them. */
  readonly field: readonly string[];
}

/** Of a stored set so many are drawn where the caller does not say. */
export const DEFAULT_ROWS = 50;
const FIELD = ['background'];

/** Finds background rows: those given, a sample of the version's own training data, or what a deployment recorded. */
export class Backgrounds {
  constructor(
    private readonly parts: {
      readonly artifacts: ArtifactStore;
      readonly deployments: Pick<DeploymentService, 'find'>;
      readonly recordedRequests: RecordedRequests;
    },
  ) {}

  /**
   * @returns null where nothing was asked for and the version carries no training data
   * @throws DomainError INVALID_BACKGROUND, DEPLOYMENT_NOT_FOUND; ARTIFACT_CORRUPT…
   */
  async of(
    { background, seed }: Pick<ExplainInput, 'background' | 'seed'>,
    version: VersionRecord,
    pipeline: Pipeline,
  ): Promise<BackgroundRows | null> {
    const rows = background?.rows ?? DEFAULT_ROWS;
    if (background?.instances) {
      const { instances } = background;
      return {
        description: `${instances.length} given ${instances.length === 1 ? 'instance' : 'instances'}`,
        instances,
        field: [...FIELD, 'instances'],
      };
    }
    if (background?.recorded) return this.recorded(background.recorded, rows, seed);
    const hasTraining = version.attachments.some(({ role }) => role === 'TRAINING');
    if (hasTraining) return this.attached(version, pipeline, rows, seed);
    if (background?.attachment === true)
      throw new DomainError(
        'INVALID_BACKGROUND',
        `${version.ref} carries no training data that a background could be drawn from: give background.instances, or publish a version with an attachment of the role TRAINING.`,
        { field: [...FIELD, 'attachment'] },
      );
    return null;
  }

  private async attached(
    version: VersionRecord,
    pipeline: Pipeline,
    rows: number,
    seed: number,
  ): Promise<BackgroundRows> {
    const attachment = version.attachments.find(({ role }) => role === 'TRAINING');
    if (attachment === undefined) throw new Error('Asked for the training data of a version without any');
    const path = await this.parts.artifacts.verified(attachment.digest);
    const sample = new Reservoir(rows, seed);
    const labels = isOfLabels(attachment, pipeline);
    for await (const some of attachedRows({ path, attachment, pipeline, field: [], labels }))
      for (const row of some) if (!isFault(row)) sample.add(row.instance);
    return {
      description: `${sample.kept.length} of ${sample.count} training rows of ${version.ref}, drawn with seed ${seed}`,
      instances: sample.kept,
      field: [...FIELD, 'attachment'],
    };
  }

  private async recorded(
    { deployment: name, take }: { readonly deployment: string; readonly take: number },
    rows: number,
    seed: number,
  ): Promise<BackgroundRows> {
    const field = [...FIELD, 'recorded'];
    const deployment = await this.parts.deployments.find(name);
    if (!deployment)
      throw new DomainError('DEPLOYMENT_NOT_FOUND', `There is no deployment "${name}".`, {
        field: [...field, 'deployment'],
      });
    const newest = await this.parts.recordedRequests.pages(
      [deployment.id],
      { take, fromEnd: false },
      'PREDICT',
    );
    const contents = await this.parts.recordedRequests.contents(newest);
    const sample = new Reservoir(rows, seed);
    for (const content of contents)
      if (content?.operation === 'PREDICT') for (const instance of content.instances) sample.add(instance);
    if (sample.count === 0)
      throw new DomainError(
        'INVALID_BACKGROUND',
        `Deployment "${name}" has recorded no predictions: switch it on with updateDeployment(input: {name: "${name}", recording: {sampleRate: 1}}) and have it asked, or give background.instances.`,
        { field },
      );
    return {
      description: `${sample.kept.length} of ${sample.count} instances in the ${newest.length} newest requests recorded by ${name}, drawn with seed ${seed}`,
      instances: sample.kept,
      field,
    };
  }
}

/** An even sample of rows that come one by one (Vitter's algorithm R). */
class Reservoir {
  readonly kept: unknown[] = [];
  count = 0;
  private readonly random: () => number;

  constructor(
    private readonly size: number,
    seed: number,
  ) {
    this.random = seededRandom(seed);
  }

  add(row: unknown): void {
    this.count += 1;
    const place = this.kept.length < this.size ? this.kept.length : Math.floor(this.random() * this.count);
    if (place < this.size) this.kept[place] = row;
  }
}
