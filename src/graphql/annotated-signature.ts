import type { VersionRecord } from '../catalog/index.js';
import type { TensorAnnotation } from '../pipelines/index.js';

type TensorSpec = VersionRecord['signature']['inputs'][number];

/** What the graph declares of each tensor, with what the pipeline says about its meaning. */
export function annotated(
  specs: readonly TensorSpec[],
  annotations: Readonly<Record<string, TensorAnnotation>>,
) {
  return specs.map(({ name, datatype, shape, dimensions }) => ({
    name,
    datatype,
    shape,
    dimensions: dimensions ?? shape.map(() => null),
    unit: annotations[name]?.unit ?? null,
    description: annotations[name]?.description ?? null,
  }));
}
