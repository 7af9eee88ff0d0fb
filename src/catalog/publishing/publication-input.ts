import type { RemoteInput } from '../../runtime/index.js';
import { DomainError } from '../../platform/errors.js';
import type { LocationInput } from '../artifacts/stored-bytes.js';
import type { AttachmentInput } from '../attachments/attachment-input.js';
import type { ExampleInput } from './example-intake.js';
import { MAX_MARKDOWN } from '../model-input.js';
import type { Dataset, DerivationRelation, Environment, Metric, Source } from '../catalog-records.js';
import { checkText } from '../../platform/text/check-text.js';

type Optional<T> = { readonly [K in keyof T]?: T[K] | null | undefined };

/** Exactly one of the five is given. */
export interface ArtifactInput {
  readonly digest?: string | null | undefined;
  readonly base64?: string | null | undefined;
  readonly url?: string | null | undefined;
  /** An address, with what is needed to read there. */
  readonly location?: LocationInput | null | undefined;
  /** A model that exists only behind another server. */
  readonly remote?: RemoteInput | null | undefined;
}

export interface PublishVersionInput {
  readonly model: string;
  readonly artifact: ArtifactInput;
  /** Whatever was declared; `parseNewPipeline` judges it. */
  readonly pipeline?: unknown;
  readonly metrics?: readonly (Pick<Metric, 'name' | 'value'> & Optional<Metric>)[] | null | undefined;
  readonly notes?: string | null | undefined;
  readonly source?: Optional<Source> | null | undefined;
  readonly trainingData?: readonly (Pick<Dataset, 'name'> & Optional<Dataset>)[] | null | undefined;
  readonly environment?: Optional<Environment> | null | undefined;
  readonly derivedFrom?:
    readonly { readonly version: string; readonly relation: DerivationRelation }[] | null | undefined;
  readonly examples?: readonly ExampleInput[] | null | undefined;
  readonly declareRowsIndependent?: boolean | null | undefined;
  readonly attachments?: readonly AttachmentInput[] | null | undefined;
  readonly discloseTraining?: boolean | null | undefined;
  /** Why, for the event. */
  readonly reason?: string | null | undefined;
}

const MAX_METRICS = 200;
const MAX_DERIVATIONS = 50;
const MAX_DATASETS = 50;
const MAX_PACKAGES = 1_000;
const MAX_TEXT = 500;
const MAX_ADDRESS = 2_000;

/** What a publication says about its version, apart from the bytes. */
export interface PublicationTexts {
  readonly metrics: readonly Metric[];
  readonly notes: string;
  readonly source: Source | null;
  readonly trainingData: readonly Dataset[];
  readonly environment: Environment | null;
  readonly declaresRowsIndependent: boolean;
  readonly disclosesTraining: boolean;
}

/** @throws DomainError INVALID_ARGUMENT */
export function checkPublicationTexts(
  input: Omit<PublishVersionInput, 'model' | 'artifact'>,
): PublicationTexts {
  checkCount(input.derivedFrom ?? [], MAX_DERIVATIONS, 'versions in derivedFrom', ['derivedFrom']);
  return {
    metrics: checkMetrics(input.metrics ?? []),
    notes: checkText(input.notes ?? '', ['notes'], { max: MAX_MARKDOWN }),
    source: input.source ? checkSource(input.source) : null,
    trainingData: checkTrainingData(input.trainingData ?? []),
    environment: input.environment ? checkEnvironment(input.environment) : null,
    declaresRowsIndependent: input.declareRowsIndependent ?? false,
    disclosesTraining: input.discloseTraining ?? false,
  };
}

function checkMetrics(metrics: NonNullable<PublishVersionInput['metrics']>): Metric[] {
  checkCount(metrics, MAX_METRICS, 'metrics', ['metrics']);
  const seen = new Set<string>();
  return metrics.map((metric, index) => {
    const field = ['metrics', String(index)];
    const name = checkText(metric.name, [...field, 'name'], { min: 1, max: MAX_TEXT });
    const dataset = optionalText(metric.dataset, [...field, 'dataset'], MAX_TEXT);
    const key = JSON.stringify([name, dataset]);
    if (seen.has(key)) {
      throw new DomainError(
        'INVALID_ARGUMENT',
        `Expected each metric once for each dataset, got "${name}" twice. Name the dataset of each.`,
        { field },
      );
    }
    seen.add(key);
    return {
      name,
      value: metric.value,
      unit: optionalText(metric.unit, [...field, 'unit'], MAX_TEXT),
      dataset,
      higherIsBetter: metric.higherIsBetter ?? null,
    };
  });
}

function checkSource(source: Optional<Source>): Source {
  const text = (key: 'repository' | 'commit' | 'path' | 'url') =>
    optionalText(source[key], ['source', key], MAX_ADDRESS);
  return {
    repository: text('repository'),
    commit: text('commit'),
    path: text('path'),
    dirty: source.dirty ?? null,
    url: text('url'),
  };
}

function checkTrainingData(datasets: NonNullable<PublishVersionInput['trainingData']>): Dataset[] {
  checkCount(datasets, MAX_DATASETS, 'datasets', ['trainingData']);
  return datasets.map((dataset, index) => {
    const field = (name: string) => ['trainingData', String(index), name];
    return {
      name: checkText(dataset.name, field('name'), { min: 1, max: MAX_TEXT }),
      url: optionalText(dataset.url, field('url'), MAX_ADDRESS),
      digest: optionalText(dataset.digest, field('digest'), MAX_TEXT),
      split: optionalText(dataset.split, field('split'), MAX_TEXT),
    };
  });
}

function checkEnvironment(environment: Optional<Environment>): Environment {
  const field = (name: string) => ['environment', name];
  const packages = environment.packages ?? [];
  checkCount(packages, MAX_PACKAGES, 'packages', field('packages'));
  return {
    runtime: optionalText(environment.runtime, field('runtime'), MAX_TEXT),
    platform: optionalText(environment.platform, field('platform'), MAX_TEXT),
    image: optionalText(environment.image, field('image'), MAX_ADDRESS),
    packages: packages.map(({ name, version }, index) => ({
      name: checkText(name, [...field('packages'), String(index), 'name'], { min: 1, max: MAX_TEXT }),
      version: checkText(version, [...field('packages'), String(index), 'version'], { max: MAX_TEXT }),
    })),
  };
}

function checkCount(list: readonly unknown[], max: number, what: string, field: readonly string[]): void {
  if (list.length <= max) return;
  throw new DomainError('INVALID_ARGUMENT', `Expected at most ${max} ${what}, got ${list.length}.`, {
    field,
  });
}

function optionalText(text: string | null | undefined, field: readonly string[], max: number): string | null {
  return text === null || text === undefined ? null : checkText(text, field, { max });
}
