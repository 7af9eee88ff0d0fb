import {
  exampleText,
  type CatalogService,
  type ExampleRecord,
  type VersionRecord,
} from '../../catalog/index.js';
import type { DeploymentRecord, DeploymentService } from '../../deployments/index.js';
import type { RecordedRequests } from '../../recording/index.js';
import { DomainError } from '../../platform/errors.js';
import { checkRows, makeSample, pipelineOf, type MadeSampleRequest, type Sample } from './sample.js';
import { storedSample, type StoredRequest } from './stored-sample.js';

export type ExamplesOf = 'BASE' | 'TARGET' | 'BOTH';

/** At most one; without any, made-up rows. */
export interface SampleRequest extends MadeSampleRequest {
  /** What the versions were published with; of both when left out. */
  readonly examples?: { readonly of?: ExamplesOf | null | undefined } | null | undefined;
  /** The newest requests a deployment has recorded. */
  readonly recorded?:
    { readonly deployment: string; readonly take?: number | null | undefined } | null | undefined;
}

const TAKE = 100;
const FIELD = ['sample'];

/** Finds the rows both versions of a comparison are asked about. */
export class SampleChooser {
  constructor(
    private readonly deps: {
      readonly catalog: CatalogService;
      readonly deployments: DeploymentService;
      readonly recordedRequests: RecordedRequests;
    },
  ) {}

  /**
   * @throws DomainError EMPTY_SAMPLE when nothing was stored that could be asked, DEPLOYMENT_NOT_FOUND, and what
   * `makeSample` and `storedSample` throw
   */
  async choose(
    request: SampleRequest | null | undefined,
    base: VersionRecord,
    target: VersionRecord,
  ): Promise<Sample> {
    if (request?.examples) return this.examples(request.examples.of ?? 'BOTH', base, target);
    if (request?.recorded) return this.recorded(request.recorded, base, target);
    return makeSample(request, base, target);
  }

  private async examples(of: ExamplesOf, base: VersionRecord, target: VersionRecord): Promise<Sample> {
    // The target's first: where both have one, its word on what is expected is the newer.
    const owners = [...(of === 'BASE' ? [] : [target]), ...(of === 'TARGET' ? [] : [base])];
    const versions = new Map(owners.map((version) => [version.id, version]));
    const found = await this.deps.catalog.examplesOfVersions([...versions.keys()]);
    const asked = new Map<string, StoredRequest>();
    const counts = [...versions.values()].map((version) => {
      const before = asked.size;
      const results = Object.keys(pipelineOf(version)?.result ?? {});
      for (const example of found) {
        const question = questionOf(example);
        if (example.versionId === version.id && !asked.has(question))
          asked.set(question, exampleRequest(example, version.ref, results));
      }
      return `${asked.size - before} of ${version.ref}`;
    });
    if (asked.size === 0)
      throw new DomainError(
        'EMPTY_SAMPLE',
        `${[...versions.values()].map(({ ref }) => ref).join(' and ')} ${versions.size === 1 ? 'was' : 'were'} published without examples (publishVersion takes them). Give another sample.`,
        { field: [...FIELD, 'examples'] },
      );
    return storedSample('EXAMPLES', `Examples: ${counts.join(', ')}`, [...asked.values()], base, target);
  }

  private async recorded(
    { deployment: name, take }: NonNullable<SampleRequest['recorded']>,
    base: VersionRecord,
    target: VersionRecord,
  ): Promise<Sample> {
    const { deployments, recordedRequests } = this.deps;
    const field = [...FIELD, 'recorded'];
    const wanted = take ?? TAKE;
    checkRows(wanted, [...field, 'take']);
    const deployment = await deployments.find(name);
    if (!deployment)
      throw new DomainError('DEPLOYMENT_NOT_FOUND', `There is no deployment "${name}".`, {
        field: [...field, 'deployment'],
      });
    const newest = await recordedRequests.pages([deployment.id], { take: wanted, fromEnd: false });
    const contents = await recordedRequests.contents(newest);
    const stored = newest.flatMap(({ at }, index): StoredRequest[] => {
      const content = contents[index];
      if (!content) return [];
      const origin = `request recorded by ${name} at ${at.toISOString()}`;
      return content.operation === 'PREDICT'
        ? [{ origin, form: 'INSTANCES', instances: content.instances, expected: null }]
        : [{ origin, form: 'TENSORS', inputs: content.inputs, expected: [] }];
    });
    if (stored.length === 0) throw nothingRecorded(deployment);
    const what = stored.length === 1 ? 'newest request' : `${stored.length} newest requests`;
    return storedSample('RECORDED', `The ${what} recorded by ${name}`, stored, base, target);
  }
}

/** Equal for examples that ask the same. */
function questionOf({ content }: ExampleRecord): string {
  return exampleText(
    content.kind === 'INSTANCE' ? { ...content, expected: null } : { ...content, expected: [] },
  );
}

/** @param results the names of what the version's pipeline answers */
function exampleRequest(
  { name, position, content }: ExampleRecord,
  ref: string,
  results: readonly string[],
): StoredRequest {
  const origin = `${name === null ? `example ${position + 1}` : `example "${name}"`} of ${ref}`;
  if (content.kind === 'TENSORS')
    return { origin, form: 'TENSORS', inputs: content.inputs, expected: content.expected };
  const expected = content.expected === null ? null : { value: content.expected, results };
  return { origin, form: 'INSTANCES', instances: [content.instance], expected };
}

function nothingRecorded({ name, revision }: DeploymentRecord): DomainError {
  const { recording } = revision;
  const message =
    recording === null
      ? `Deployment "${name}" records no requests. Switch it on with updateDeployment(input: {name: "${name}", recording: {sampleRate: 1}}), have it asked, and compare then; or give another sample.`
      : `Deployment "${name}" has recorded no request yet: it keeps a share of ${recording.sampleRate} of those it answers, within about a second, if they take at most ${recording.maxRequestBytes} bytes. Have it asked, or give another sample.`;
  return new DomainError('EMPTY_SAMPLE', message, { field: [...FIELD, 'recorded'] });
}
