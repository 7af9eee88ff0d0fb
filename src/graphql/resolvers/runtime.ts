import type { Resolvers } from '../__generated__/resolvers.js';

export const runtimeResolvers = {
  Query: { runtime: (_, __, { deployments }) => deployments.installedRuntime() },
} satisfies Resolvers;
