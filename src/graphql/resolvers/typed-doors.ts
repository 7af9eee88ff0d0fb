import type { Resolvers } from '../__generated__/resolvers.js';

export const typedDoorResolvers = {
  Query: { schemaVersion: (_, __, { typedDoors }) => typedDoors.schemaVersion() },
  Mutation: { models: () => ({}) },
  TypedModels: { _schemaVersion: (_, __, { typedDoors }) => typedDoors.schemaVersion() },
  Deployment: { typedField: ({ id }, _, { typedDoors }) => typedDoors.fieldOf(id) },
} satisfies Resolvers;
