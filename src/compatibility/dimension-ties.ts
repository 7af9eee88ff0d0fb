import type { TensorSpec } from '../tensors/index.js';
import type { SignatureDifference } from './signature-difference.js';

interface Place {
  readonly spec: TensorSpec;
  readonly axis: number;
}

/**
 * Dimensions that carry one name are declared to have one size in every request, which the graph may hold callers to.
 * Names alone concern nobody; that two dimensions have to agree does. What exporters write where they know no name says
 * nothing. Compared are the inputs both versions have, with as many dimensions.
 */
export function compareTies(
  base: readonly TensorSpec[],
  target: readonly TensorSpec[],
): SignatureDifference[] {
  const after = new Map(target.map((spec) => [spec.name, spec]));
  const before = new Map(base.map((spec) => [spec.name, spec]));
  const shared = (spec: TensorSpec) =>
    before.get(spec.name)?.shape.length === after.get(spec.name)?.shape.length;
  const other = ({ spec, axis }: Place, specs: ReadonlyMap<string, TensorSpec>): Place => ({
    spec: specs.get(spec.name) ?? spec,
    axis,
  });

  const tied = pairs(target.filter(shared))
    .filter(([one, two]) => !agree(other(one, before), other(two, before)))
    .map(([one, two]): SignatureDifference => ({
      ...difference(two, before, after),
      kind: 'TIED',
      severity: 'BREAKING',
      reason: `${place(two)} must now be as large as ${place(one)} (both are called "${dimensionName(one) ?? ''}"): the graph may refuse requests in which they differ.`,
    }));
  const untied = pairs(base.filter(shared))
    .filter(([one, two]) => !agree(other(one, after), other(two, after)))
    .map(([one, two]): SignatureDifference => ({
      ...difference(two, before, after),
      kind: 'UNTIED',
      severity: 'COMPATIBLE',
      reason: `${place(two)} need no longer be as large as ${place(one)}.`,
    }));
  return [...tied, ...untied];
}

/** Each variable dimension with the first one that carries the same name. */
function pairs(specs: readonly TensorSpec[]): [Place, Place][] {
  const first = new Map<string, Place>();
  const found: [Place, Place][] = [];
  for (const spec of specs)
    for (const axis of spec.shape.keys()) {
      const here = { spec, axis };
      const name = dimensionName(here);
      if (name === null) continue;
      const earlier = first.get(name);
      if (earlier) found.push([earlier, here]);
      else first.set(name, here);
    }
  return found;
}

/** Whether every request that is allowed has one size in both places. */
function agree(one: Place, two: Place): boolean {
  const [size, otherSize] = [one.spec.shape[one.axis], two.spec.shape[two.axis]];
  if (size !== -1 || otherSize !== -1) return size === otherSize;
  const name = dimensionName(one);
  return name !== null && name === dimensionName(two);
}

/** What exporters write for a dimension they know nothing of. */
const PLACEHOLDER = /^(?:|none|null|nan|\?|-1|dynamic|unk__\d+)$/i;

function dimensionName({ spec, axis }: Place): string | null {
  const name = spec.shape[axis] === -1 ? (spec.dimensions?.[axis] ?? null) : null;
  return name === null || PLACEHOLDER.test(name) ? null : name;
}

function place({ spec, axis }: Place): string {
  return `dimension ${axis} of input "${spec.name}"`;
}

function difference(
  two: Place,
  before: ReadonlyMap<string, TensorSpec>,
  after: ReadonlyMap<string, TensorSpec>,
) {
  const tensor = two.spec.name;
  return {
    side: 'INPUT' as const,
    tensor,
    base: before.get(tensor) ?? null,
    target: after.get(tensor) ?? null,
  };
}
