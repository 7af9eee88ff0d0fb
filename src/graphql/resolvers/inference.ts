import type { Resolvers } from '../__generated__/resolvers.js';
import { encoded } from '../encoded-tensor.js';
import { payload } from '../payload.js';
import { tensorData } from '../scalars.js';

export const inferenceResolvers = {
  TensorData: tensorData,
  Mutation: {
    infer: (_, { input: { encoding, ...request } }, { caller, inference, departure }) =>
      payload({ outputs: null, version: null, timing: null }, async () => {
        const { outputs, version, timing } = await inference.infer(caller, { ...request, signal: departure });
        return { outputs: outputs.map((tensor) => encoded(tensor, encoding ?? 'JSON')), version, timing };
      }),
    predict: (_, { input }, { caller, predictions, departure }) =>
      payload({ predictions: [], version: null, timing: null }, () =>
        predictions.predict(caller, { ...input, signal: departure }),
      ),
  },
} satisfies Resolvers;
