import { modelPosition, parseSelector, type ModelOrder } from '../../catalog/index.js';
import type { Resolvers } from '../__generated__/resolvers.js';
import { connect, pageOf, type AliasChangeConnection, type ConnectionArguments } from '../connections.js';
import type { RequestContext } from '../context.js';
import { existing } from '../existing.js';
import { encodeNodeId } from '../node-id.js';
import { payload } from '../http/payload.js';
import { aliasChangeCursors, deploymentCursors, modelCursors, versionCursors } from '../positions.js';

const BY_NAME: ModelOrder = { field: 'NAME', direction: 'ASC' };

export const modelResolvers = {
  Query: {
    model: (_, { name }, { catalog }) => catalog.findModel(name),
    models: (_, { filter, orderBy, ...page }, { catalog }) => {
      const order = orderBy ?? BY_NAME;
      return connect(page, {
        cursors: modelCursors(order),
        position: (model) => modelPosition(order, model),
        page: (window) => catalog.listModels(filter ?? {}, order, window),
        count: () => catalog.countModels(filter ?? {}),
      });
    },
  },
  Mutation: {
    registerModel: (_, { input }, { caller, catalog }) =>
      payload({ model: null }, async () => ({ model: await catalog.registerModel(caller, input) })),
    updateModel: (_, { input }, { caller, catalog }) =>
      payload({ model: null }, async () => ({ model: await catalog.updateModel(caller, input) })),
    archiveModel: (_, { input }, { caller, catalog }) =>
      payload({ model: null }, async () => ({ model: await catalog.archiveModel(caller, input) })),
    deleteModel: (_, { input }, { caller, catalog }) =>
      payload({ deletedModelId: null, deletedModelName: null }, async () => {
        const { id, name } = await catalog.deleteModel(caller, input);
        return { deletedModelId: encodeNodeId('Model', id), deletedModelName: name };
      }),
    setAlias: (_, { input }, { caller, catalog }) =>
      payload({ alias: null }, async () => ({ alias: await catalog.setAlias(caller, input) })),
    rollbackAlias: (_, { input }, { caller, catalog }) =>
      payload({ alias: null }, async () => ({ alias: await catalog.rollbackAlias(caller, input) })),
    removeAlias: (_, { input }, { caller, catalog }) =>
      payload({ model: null, removedAlias: null }, async () => ({
        model: await catalog.removeAlias(caller, input),
        removedAlias: input.alias,
      })),
  },
  Model: {
    id: ({ id }) => encodeNodeId('Model', id),
    cloneUrl: ({ name }, _, { origin }) => `${origin}/git/${name}.git`,
    card: async ({ id }, _, { loaders }) => (await existing(loaders.card.load(id), 'model')).card,
    versions: ({ id }, page, { loaders }) =>
      connect(page, {
        cursors: versionCursors,
        position: ({ number }) => number,
        page: (window) => loaders.versionPage.load({ owner: id, window }),
        count: async () => (await loaders.versionCount.load(id))?.count ?? 0,
      }),
    version: ({ name }, { ref }, { loaders }) =>
      loaders.versionByRef.load({
        model: name,
        selector: typeof ref === 'string' ? parseSelector(ref, ['ref']) : { kind: 'default' },
      }),
    aliases: ({ id }, _, { loaders }) => loaders.aliasesOfModel.load(id),
    alias: ({ id }, { name, at }, { loaders }) => loaders.alias.load({ modelId: id, name, at: at ?? null }),
    aliasHistory: ({ id }, { alias, ...page }, context) => aliasHistory(page, id, alias ?? null, context),
    deployments: ({ id }, page, { loaders }) =>
      connect(page, {
        cursors: deploymentCursors,
        position: ({ name }) => ({ name }),
        page: async (window) =>
          pageOf(await loaders.deploymentsOfModel.load(id), window, (a, b) => compareText(a.name, b.name)),
        count: async () => (await loaders.deploymentsOfModel.load(id)).length,
      }),
  },
  Alias: {
    model: ({ modelId }, _, { loaders }) => existing(loaders.model.load(modelId), 'model'),
    version: ({ versionId }, _, { loaders }) => existing(loaders.version.load(versionId), 'version'),
    history: ({ modelId, name }, page, context) => aliasHistory(page, modelId, name, context),
  },
  AliasChange: {
    from: ({ fromVersionId }, _, { loaders }) =>
      fromVersionId === null ? null : loaders.version.load(fromVersionId),
    to: ({ toVersionId }, _, { loaders }) =>
      toVersionId === null ? null : loaders.version.load(toVersionId),
  },
} satisfies Resolvers;

/** Of one alias, or of all of a model's when `name` is null. */
function aliasHistory(
  page: ConnectionArguments,
  modelId: string,
  name: string | null,
  { loaders }: RequestContext,
): Promise<AliasChangeConnection> {
  return connect(page, {
    cursors: aliasChangeCursors,
    position: ({ id }) => id,
    page: (window) =>
      name === null
        ? loaders.aliasHistoryOfModel.load({ owner: modelId, window })
        : loaders.historyOfAlias.load({ owner: { modelId, name }, window }),
    count: () => loaders.aliasHistoryCount.load({ modelId, name }),
  });
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
