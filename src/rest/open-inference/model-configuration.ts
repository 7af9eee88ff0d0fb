import { DEFAULT_SETTINGS, settingsOf } from '../../deployments/index.js';
import type { DataType, TensorSpec } from '../../tensors/index.js';
import type { ServedModel } from '../served-models.js';

/**
 * The answer of the model configuration extension: Triton's ModelConfig, as far as this server has what it says. Where
 * every tensor has a variable first dimension, that is the batch, which `dims` leave out then.
 */
export function modelConfiguration(name: string, { version, deployment }: ServedModel): object {
  const { batching, runtime, cache } = deployment ? settingsOf(deployment.revision) : DEFAULT_SETTINGS;
  const { inputs, outputs } = version.signature;
  const isBatched = [...inputs, ...outputs].every(
    ({ shape, unranked }) => unranked !== true && shape[0] === -1,
  );
  return {
    name,
    platform: 'onnxruntime_onnx',
    backend: 'onnxruntime',
    version_policy: { specific: { versions: [version.number] } },
    max_batch_size: isBatched ? batching.maxBatchSize : 0,
    input: inputs.map((spec) => ({
      ...tensorConfiguration(spec, isBatched),
      format: 'FORMAT_NONE',
      allow_ragged_batch: false,
      optional: false,
    })),
    output: outputs.map((spec) => ({ ...tensorConfiguration(spec, isBatched), label_filename: '' })),
    instance_group: [{ name, kind: 'KIND_CPU', count: runtime.replicas, gpus: [] }],
    default_model_filename: 'model.onnx',
    ...(isBatched &&
      batching.enabled && {
        dynamic_batching: {
          preferred_batch_size: batching.preferredBatchSizes,
          max_queue_delay_microseconds: batching.maxDelayMicroseconds,
          preserve_ordering: false,
        },
      }),
    parameters: {},
    model_transaction_policy: { decoupled: false },
    response_cache: { enable: cache !== null },
  };
}

function tensorConfiguration({ name, datatype, shape, unranked }: TensorSpec, isBatched: boolean): object {
  const dims = unranked === true ? [-1] : isBatched ? shape.slice(1) : shape;
  return { name, data_type: protobufType(datatype), dims };
}

/** The names of ModelConfig's enum. */
function protobufType(datatype: DataType): string {
  return datatype === 'BYTES' ? 'TYPE_STRING' : `TYPE_${datatype}`;
}
