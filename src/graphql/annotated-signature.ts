import { defaultOf, type Tensor } from '../tensors/index.js';
import { narrowTypeName } from '../tensors/index.js';
import { type VersionRecord } from '../catalog/index.js';
import type { TensorAnnotation } from '../pipelines/index.js';

type TensorSpec = VersionRecord['signature']['inputs'][number];

/** GraphQL's Int. */
const MAX_INT = 2 ** 31 - 1;

/** A tensor of a signature as the interface shows it. */
export interface AnnotatedSpec {
  readonly name: string;
  readonly datatype: TensorSpec['datatype'];
  readonly shape: readonly number[];
  readonly extents: readonly number[];
  readonly ranked: boolean;
  readonly dimensions: readonly (string | null)[];
  readonly optional: boolean;
  readonly classLabels: readonly string[] | null;
  readonly graphType: string | null;
  readonly unit: string | null;
  readonly description: string | null;
  /** Of an optional input; null for all others. */
  defaultValue(): Tensor | null;
}

/** What the graph declares of each tensor, with what the pipeline says about its meaning. */
export function annotated(
  specs: readonly TensorSpec[],
  annotations: Readonly<Record<string, TensorAnnotation>>,
): AnnotatedSpec[] {
  return specs.map((spec) => {
    const { name, datatype, shape, dimensions, unranked, classLabels, storedAs } = spec;
    return {
      name,
      datatype,
      // Published versions stay as they are, also from when larger extents were not refused.
      shape: shape.map((extent) => (extent > MAX_INT ? -1 : extent)),
      extents: shape,
      ranked: unranked !== true,
      dimensions: dimensions ?? shape.map(() => null),
      optional: spec.default !== undefined,
      classLabels: classLabels ?? null,
      graphType: storedAs === undefined ? null : narrowTypeName(storedAs),
      unit: annotations[name]?.unit ?? null,
      description: annotations[name]?.description ?? null,
      defaultValue: () => defaultOf(spec),
    };
  });
}
