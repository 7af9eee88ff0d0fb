import { comparePipelines, compareSignatures } from '../../compatibility/index.js';
import { type CatalogService, type VersionRecord } from '../../catalog/index.js';
import { DomainError } from '../../platform/errors.js';
import { qualityOf, type GuardSettings, type MeasuredQualities } from '../guards/index.js';

/** @throws DomainError INVALID_ARGUMENT for a version of another model, MODEL_ARCHIVED. */
export async function checkSameModel(
  catalog: CatalogService,
  deployment: { readonly name: string; readonly modelId: string },
  version: VersionRecord,
  field: readonly string[] = ['version'],
): Promise<void> {
  const [model] = await catalog.modelsByIds([deployment.modelId]);
  if (version.modelId !== deployment.modelId) {
    throw new DomainError(
      'INVALID_ARGUMENT',
      `Expected a version of ${model?.name ?? 'its model'}, which deployment "${deployment.name}" serves, got ${version.ref}. ` +
        'Deploy it under another name with deployVersion.',
      { field },
    );
  }
  if (model?.archivedAt) {
    throw new DomainError(
      'MODEL_ARCHIVED',
      `Model "${model.name}" is archived. Bring it back with archiveModel(archived: false) first.`,
      { field },
    );
  }
}

/** @throws DomainError BREAKING_SIGNATURE when those who call `base` now would be refused or misled by `target`. */
export function checkCompatible(base: VersionRecord, target: VersionRecord): void {
  const signature = compareSignatures(base.signature, target.signature);
  const pipeline = comparePipelines(base.pipeline, target.pipeline);
  const breaking = [
    ...signature.differences.filter(({ severity }) => severity === 'BREAKING').map(({ reason }) => reason),
    ...pipeline.differences.filter(({ severity }) => severity === 'BREAKING').map(({ reason }) => reason),
  ];
  if (breaking.length === 0) return;
  const more = breaking.length > 3 ? ` (and ${breaking.length - 3} more)` : '';
  throw new DomainError(
    'BREAKING_SIGNATURE',
    `Expected a version that the callers of ${base.ref} can call as they do now, got ${target.ref}: ` +
      `${breaking.slice(0, 3).join('; ')}${more}. Deploy it under another name, or say allowBreaking: true.`,
    { field: ['version'] },
  );
}

/**
 * A guard on what was measured needs something that was.
 *
 * @throws DomainError INVALID_ARGUMENT
 */
export async function checkMeasured(
  qualities: Pick<MeasuredQualities, 'load'>,
  settings: NonNullable<GuardSettings['evaluation']> | null,
  versions: readonly VersionRecord[],
): Promise<void> {
  if (settings === null) return;
  const { metric, dataset } = settings;
  const field = ['guards', 'evaluation'];
  for (const { id, ref } of versions) {
    const known = await qualities.load(id);
    const quality = qualityOf(known, settings);
    if (quality === null) {
      const others = [...new Set(known.map((each) => `${each.name} on ${JSON.stringify(each.dataset)}`))];
      const has = others.length === 0 ? 'was not measured at all' : `has ${others.slice(0, 10).join(', ')}`;
      throw new DomainError(
        'INVALID_ARGUMENT',
        `Expected ${metric} on ${JSON.stringify(dataset)} to have been measured of ${ref}, which ${has}. Measure it with evaluateVersion(input: {version: "${ref}", dataset: ${JSON.stringify(dataset)}, …}) first.`,
        { field },
      );
    }
    if (quality.higherIsBetter === null)
      throw new DomainError(
        'INVALID_ARGUMENT',
        `Expected a metric of which more or less is better, such as rmse or accuracy, got ${metric}.`,
        { field: [...field, 'metric'] },
      );
  }
}

export function alreadyServed(name: string, version: VersionRecord): DomainError {
  return new DomainError(
    'ALREADY_SERVED',
    `Expected a version that deployment "${name}" does not serve yet, got ${version.ref}, which it serves now.`,
    { field: ['version'] },
  );
}

export function noMigration(name: string): DomainError {
  return new DomainError(
    'MIGRATION_NOT_FOUND',
    `Expected a deployment that is being migrated, got "${name}", which is not. Begin with migrateDeployment.`,
    { field: ['deployment'] },
  );
}
