import type { CatalogReader, ModelRecord, VersionRecord } from '../catalog/index.js';
import { DomainError } from '../platform/errors.js';
import type { PublishedVersion } from './version-files.js';

/** A page of cards of the largest size is then some 20 MB. */
const PAGE = 100;

/** The versions after one, in order, each with all that its commit is made of; read as they are asked for. */
export async function* versionsAfter(
  catalog: CatalogReader,
  model: ModelRecord,
  last: number,
): AsyncGenerator<PublishedVersion> {
  for (let position = last; ;) {
    const page = await catalog.versionsOfModels([model.id], { before: position, take: PAGE, fromEnd: true });
    const versions = page.sort((a, b) => a.number - b.number);
    yield* await withAll(catalog, model, versions);
    if (versions.length < PAGE) return;
    position = versions.at(-1)?.number ?? position;
  }
}

/** A constant number of statements for all of them. */
async function withAll(
  catalog: CatalogReader,
  model: ModelRecord,
  versions: readonly VersionRecord[],
): Promise<PublishedVersion[]> {
  const [first, last] = [versions[0], versions.at(-1)];
  if (!first || !last) return [];
  const descriptions = await catalog.descriptionsOfVersions(model.id, {
    from: first.number,
    to: last.number,
  });
  const artifacts = await catalog.artifactsByDigests(versions.map(({ artifactDigest }) => artifactDigest));
  const derivations = await catalog.derivationsOfVersions(versions.map(({ id }) => id));
  const parents = await catalog.versionsByIds(derivations.map(({ parentId }) => parentId));
  const sizes = new Map(artifacts.map(({ digest, size }) => [digest, size]));
  const refs = new Map(parents.map(({ id, ref }) => [id, ref]));
  return versions.map((version) => {
    const description = descriptions.get(version.number);
    const size = sizes.get(version.artifactDigest);
    if (!description || size === undefined)
      throw new DomainError('MODEL_NOT_FOUND', `Model "${model.name}" was deleted just now.`, {
        field: ['name'],
      });
    const derivedFrom = derivations
      .filter(({ childId }) => childId === version.id)
      .map(({ parentId, relation }) => ({ ref: refs.get(parentId) ?? '', relation }))
      .sort((a, b) => (a.ref < b.ref ? -1 : 1));
    return { version, description, size, derivedFrom };
  });
}
