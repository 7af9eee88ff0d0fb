import { pipelineLanguage } from '../../pipelines/index.js';
import type { Resolvers } from '../__generated__/resolvers.js';
import { payload } from '../http/payload.js';

export const pipelineResolvers = {
  Query: {
    pipelineSchema: () => pipelineLanguage(),
    previewPipeline: (_, asked, { pipelinePreviews, signal }) =>
      payload({ pipeline: null, fields: [], instances: [] }, () => pipelinePreviews.preview(asked, signal)),
  },
  InstanceField: {
    unit: ({ unit }) => unit ?? null,
    minimum: ({ minimum }) => minimum ?? null,
    maximum: ({ maximum }) => maximum ?? null,
    values: ({ values }) => values ?? null,
    description: ({ description }) => description ?? null,
  },
} satisfies Resolvers;
