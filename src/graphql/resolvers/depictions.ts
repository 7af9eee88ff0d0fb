import { isUnreadable } from '../../pipelines/index.js';
import type { Resolvers } from '../__generated__/resolvers.js';

export const depictionResolvers = {
  Query: {
    depiction: (_, { molecule, ...options }, { depictions, pictures, signal }) => {
      pictures.take();
      return depictions.drawText(molecule, options, signal);
    },
  },
  Prediction: {
    depiction: ({ molecule, error }, options, { depictions, pictures, signal }) => {
      if (molecule === undefined || (error !== null && isUnreadable(error))) return null;
      pictures.take();
      return depictions.draw(molecule, options, signal);
    },
  },
} satisfies Resolvers;
