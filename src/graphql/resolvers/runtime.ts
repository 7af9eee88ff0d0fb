import { installedRuntime } from '../../runtime/index.js';
import type { Resolvers } from '../__generated__/resolvers.js';

export const runtimeResolvers = {
  Query: { runtime: () => installedRuntime() },
} satisfies Resolvers;
