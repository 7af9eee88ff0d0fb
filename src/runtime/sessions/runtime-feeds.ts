import type { InferenceSession as Session } from 'onnxruntime-node';
import { runtimeType } from '../../tensors/index.js';
import { RuntimeTensor } from './runtime.js';
import type { Tensor } from '../../tensors/index.js';

export function feedsOf(inputs: readonly Tensor[]): Session.FeedsType {
  // Without a prototype, so that any name is only a name.
  const feeds = Object.create(null) as Record<string, InstanceType<typeof RuntimeTensor>>;
  for (const { name, datatype, shape, data } of inputs)
    feeds[name] = new RuntimeTensor(runtimeType(datatype), data, shape);
  return feeds;
}
