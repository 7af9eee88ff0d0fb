import { archiveFileName, archivePath, FORMAT_VERSION, type ImportOutcome } from '../../transfer/index.js';
import type { WritableArchive } from '../../transfer/index.js';
import type { Resolvers } from '../__generated__/resolvers.js';
import { payload } from '../http/payload.js';

/** Enough to look through; the counts are of all. */
const SHOWN = 1_000;

export const transferResolvers = {
  Mutation: {
    exportModel: (_, { input }, { transfer }) =>
      payload({ archive: null }, async () => ({
        archive: described(await transfer.exportModel(input.model)),
      })),
    importModel: (_, { input }, { caller, transfer }) =>
      payload({ plan: null, changed: false, model: null }, async () => {
        const outcome = await transfer.importModel(caller, input);
        return { plan: planOf(outcome), changed: outcome.changed, model: outcome.model };
      }),
  },
  Model: {
    archive: async ({ name }, _, { transfer }) => described(await transfer.exportModel(name, ['name'])),
  },
  Version: {
    missingParents: ({ id }, _, { loaders }) => loaders.missingParentsOfVersion.load(id),
  },
  MissingParent: {
    ref: ({ model, number }) => `${model}@${number}`,
  },
} satisfies Resolvers;

function described({ manifest, manifestDigest, size }: WritableArchive) {
  const { model, versions, tags, aliases, aliasHistory, blobs } = manifest;
  return {
    url: archivePath(model.name),
    fileName: archiveFileName(model.name),
    formatVersion: FORMAT_VERSION,
    size: BigInt(size),
    manifestDigest,
    versions: versions.length,
    tags: tags.length,
    aliases: aliases.length,
    aliasChanges: aliasHistory.length,
    blobs: blobs.length,
    blobBytes: blobs.reduce((sum, blob) => sum + BigInt(blob.size), 0n),
  };
}

function planOf({ plan, blobs, missingParents }: ImportOutcome) {
  const { refusal, versions, evaluations, tags, aliases } = plan;
  const added = (parts: readonly { readonly action: string }[]) =>
    parts.filter(({ action }) => action === 'ADDED').length;
  return {
    sourceModel: plan.sourceModel,
    targetModel: plan.targetModel,
    changes: plan.changes,
    refusal: refusal && { ...refusal, field: [...refusal.field] },
    model: plan.model,
    versions: versions.slice(0, SHOWN),
    versionCount: versions.length,
    versionsAdded: added(versions),
    evaluations: evaluations
      .slice(0, SHOWN)
      .map(({ version, ...evaluation }) => ({ ...evaluation, versionNumber: version })),
    evaluationsAdded: added(evaluations),
    tags: tags.slice(0, SHOWN).map(({ version, ...tag }) => ({ ...tag, versionNumber: version })),
    tagsAdded: added(tags),
    aliases: aliases.slice(0, SHOWN).map(({ version, newEntries, ...alias }) => ({
      ...alias,
      versionNumber: version,
      entriesAdded: newEntries,
    })),
    aliasChangesAdded: aliases.reduce((sum, { newEntries }) => sum + newEntries, 0),
    blobsAdded: blobs.count,
    bytesAdded: BigInt(blobs.bytes),
    missingParents: missingParents.slice(0, SHOWN),
  };
}
