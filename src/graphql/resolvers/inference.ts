import type { Resolvers } from '../__generated__/resolvers.js';
import { encoded } from '../encoded-tensor.js';
import { payload } from '../payload.js';
import { tensorData } from '../scalars.js';

export const inferenceResolvers = {
  TensorData: tensorData,
  Mutation: {
    infer: (_, { input }, { caller, inference, departure }) =>
      payload({ outputs: null, version: null, timing: null }, async () => {
        // Written out: spreading objects together took longer than reading the request.
        const { outputs, version, timing } = await inference.infer(caller, {
          deployment: input.deployment,
          version: input.version,
          inputs: input.inputs,
          outputs: input.outputs,
          deadlineMs: input.deadlineMs,
          priority: input.priority,
          routingKey: input.routingKey,
          pin: input.pin,
          signal: departure,
        });
        const encoding = input.encoding ?? 'JSON';
        return { outputs: outputs.map((tensor) => encoded(tensor, encoding)), version, timing };
      }),
    predict: (_, { input }, { caller, predictions, departure }) =>
      payload({ predictions: [], version: null, timing: null }, () =>
        predictions.predict(caller, {
          deployment: input.deployment,
          version: input.version,
          instances: input.instances,
          deadlineMs: input.deadlineMs,
          priority: input.priority,
          routingKey: input.routingKey,
          pin: input.pin,
          signal: departure,
        }),
      ),
  },
} satisfies Resolvers;
