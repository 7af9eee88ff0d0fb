import type { CatalogReader, DerivationRelation, ModelRecord, VersionRecord } from '../catalog/index.js';
import type { Evaluations } from '../batch/index.js';
import type { TransferService } from '../transfer/index.js';
import { DomainError } from '../platform/errors.js';
import type { PublishedVersion } from './version-files.js';

/** Versions that share a card share it in memory too; a page of cards of the largest size, all different, is some 50 MB. */
const PAGE = 250;

/** Of examples that are in memory together. */
const EXAMPLE_BYTES = 8 * 1_024 ** 2;

/** Where versions are read, those that came with an archive included. */
export interface VersionSource {
  readonly catalog: CatalogReader;
  readonly transfer: Pick<TransferService, 'missingParentsOfVersions'>;
  readonly evaluations: Pick<Evaluations, 'newestOfModel'>;
}

/** The versions after one, in order, each with all that its commit is made of; read as they are asked for. */
export async function* versionsAfter(
  source: VersionSource,
  model: ModelRecord,
  last: number,
): AsyncGenerator<PublishedVersion> {
  for (let position = last; ;) {
    const page = await source.catalog.versionsOfModels([model.id], {
      before: position,
      take: PAGE,
      fromEnd: true,
    });
    const versions = page.sort((a, b) => a.number - b.number);
    for await (const version of withAll(source, model, versions)) yield version;
    if (versions.length < PAGE) return;
    position = versions.at(-1)?.number ?? position;
  }
}

/** A constant number of statements for all of them, and one for each few megabytes of examples. */
async function* withAll(
  { catalog, transfer }: VersionSource,
  model: ModelRecord,
  versions: readonly VersionRecord[],
): AsyncGenerator<PublishedVersion> {
  const [first, last] = [versions[0], versions.at(-1)];
  if (!first || !last) return;
  const descriptions = await catalog.descriptionsOfVersions(model.id, {
    from: first.number,
    to: last.number,
  });
  const artifacts = await catalog.artifactsByDigests(versions.map(({ artifactDigest }) => artifactDigest));
  const ids = versions.map(({ id }) => id);
  // Missing ones first: one that is found meanwhile is then seen twice, and not never.
  const missing = await transfer.missingParentsOfVersions(ids);
  const derivations = await catalog.derivationsOfVersions(ids);
  const parents = await catalog.versionsByIds(derivations.map(({ parentId }) => parentId));
  const exampleBytes = await catalog.exampleBytesOfVersions(ids);
  const stored = new Map(artifacts.map((artifact) => [artifact.digest, artifact]));
  const refs = new Map(parents.map(({ id, ref }) => [id, ref]));
  const withoutExamples = versions.map((version) => {
    const description = descriptions.get(version.number);
    const artifact = stored.get(version.artifactDigest);
    if (!description || !artifact) throw deleted(model);
    // By their references, which a parent keeps whether it is in this catalog or not.
    const from = new Map<string, DerivationRelation>();
    for (const { childId, model: parent, number, relation } of missing)
      if (childId === version.id) from.set(`${parent}@${number}`, relation);
    for (const { childId, parentId, relation } of derivations)
      if (childId === version.id) from.set(refs.get(parentId) ?? '', relation);
    const derivedFrom = [...from].map(([ref, relation]) => ({ ref, relation }));
    derivedFrom.sort((a, b) => (a.ref < b.ref ? -1 : 1));
    const { size, format } = artifact;
    return { version, description, size, format, derivedFrom };
  });
  const bytesOf = (id: string) => exampleBytes.get(id) ?? 0;
  for (const group of groups(withoutExamples, ({ version }) => bytesOf(version.id), EXAMPLE_BYTES)) {
    const having = group.map(({ version }) => version.id).filter((id) => exampleBytes.has(id));
    const all = having.length > 0 ? await catalog.examplesOfVersions(having) : [];
    for (const published of group) {
      const { id } = published.version;
      const examples = all.filter(({ versionId }) => versionId === id);
      if (examples.length === 0 && exampleBytes.has(id)) throw deleted(model);
      yield { ...published, examples };
    }
  }
}

/** In their order; none takes more than `limit`, unless a single item does. */
function* groups<T>(items: readonly T[], sizeOf: (item: T) => number, limit: number): Generator<T[]> {
  let group: T[] = [];
  let total = 0;
  for (const item of items) {
    const size = sizeOf(item);
    if (group.length > 0 && total + size > limit) {
      yield group;
      group = [];
      total = 0;
    }
    group.push(item);
    total += size;
  }
  if (group.length > 0) yield group;
}

function deleted({ name }: ModelRecord): DomainError {
  return new DomainError('MODEL_NOT_FOUND', `Model "${name}" was deleted just now.`, { field: ['name'] });
}
