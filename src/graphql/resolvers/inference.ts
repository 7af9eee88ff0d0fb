import type { Resolvers } from '../__generated__/resolvers.js';
import { encodedTensors } from '../encoded-tensor.js';
import { payload } from '../http/payload.js';
import { tensorData } from '../scalars.js';

export const inferenceResolvers = {
  TensorData: tensorData,
  Mutation: {
    infer: (_, { input }, { caller, inference, departure }) =>
      payload({ outputs: null, version: null, timing: null }, async () => {
        // Written out: spreading objects together took longer than reading the request.
        const encoding = input.encoding ?? 'JSON';
        const request = {
          deployment: input.deployment,
          version: input.version,
          inputs: input.inputs,
          outputs: input.outputs,
          deadlineMs: input.deadlineMs,
          priority: input.priority,
          routingKey: input.routingKey,
          pin: input.pin,
          signal: departure,
        };
        return inference.infer(caller, request, (outputs, until) => encodedTensors(outputs, encoding, until));
      }),
    predict: (_, { input }, { caller, predictions, departure }) =>
      payload({ predictions: [], version: null, timing: null }, () =>
        predictions.predict(caller, {
          deployment: input.deployment,
          version: input.version,
          instances: input.instances,
          units: input.units,
          deadlineMs: input.deadlineMs,
          priority: input.priority,
          routingKey: input.routingKey,
          pin: input.pin,
          level: input.level,
          signal: departure,
        }),
      ),
  },
  PredictionWarning: { kind: ({ code }) => code },
  PredictionError: { kind: ({ code }) => code },
} satisfies Resolvers;
