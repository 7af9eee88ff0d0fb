import type { VersionRecord } from '../catalog/index.js';
import type { TensorAnnotation } from '../pipelines/index.js';

type TensorSpec = VersionRecord['signature']['inputs'][number];

/** GraphQL's Int. */
const MAX_INT = 2 ** 31 - 1;

/** What the graph declares of each tensor, with what the pipeline says about its meaning. */
export function annotated(
  specs: readonly TensorSpec[],
  annotations: Readonly<Record<string, TensorAnnotation>>,
) {
  return specs.map(({ name, datatype, shape, dimensions }) => ({
    name,
    datatype,
    // Published versions stay as they are, also from when larger extents were not refused.
    shape: shape.map((extent) => (extent > MAX_INT ? -1 : extent)),
    extents: shape,
    dimensions: dimensions ?? shape.map(() => null),
    unit: annotations[name]?.unit ?? null,
    description: annotations[name]?.description ?? null,
  }));
}
