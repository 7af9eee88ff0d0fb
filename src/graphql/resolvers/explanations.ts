import { explanationsOf } from '../../explain/index.js';
import type { Resolvers } from '../__generated__/resolvers.js';
import { payload } from '../http/payload.js';
import { decodeNodeIdOf } from '../node-id.js';

export const explanationResolvers = {
  Query: {
    explanations: async (_, { job }, { jobs }) => {
      const id = decodeNodeIdOf('Job', job);
      const found = await jobs.find(id);
      return found?.state === 'SUCCEEDED' ? explanationsOf(await jobs.resultOf(id)) : null;
    },
  },
  Mutation: {
    explainPrediction: (_, { input }, { caller, explain, signal }) =>
      payload({ explanations: null, job: null }, () => explain.explain(caller, input, signal)),
  },
  Explanation: {
    target: ({ target }) => target.name,
    unit: ({ target }) => target.unit,
    tookMs: ({ seconds }) => 1_000 * seconds,
    attributions: ({ attributions }, { largest }) =>
      largest === null || largest === undefined
        ? attributions
        : attributions
            .toSorted((a, b) => Math.abs(b.attribution) - Math.abs(a.attribution))
            .slice(0, Math.max(0, largest)),
    depiction: (explanation, options, { explanationPictures, pictures, signal }) => {
      pictures.take();
      return explanationPictures.draw(explanation, options, signal);
    },
  },
} satisfies Resolvers;
