import { DomainError } from '../../platform/errors.js';
import type { ExplainInput } from '../explain-input.js';
import type { SpaceFeature, TensorSpace } from '../tensors/tensor-space.js';
import type { Player } from './game.js';

export interface Region {
  readonly player: Player;
  readonly members: readonly number[];
}

/** Regions of an axis, where the caller does not say. */
const DEFAULT_SPLITS = 8;
const MOST = 4_096;

/**
 * Windows over the largest input of a space: of an image over its two extents whatever the channel, of a sequence or a table over
 * the last one. Windows at the end are as wide as there is room.
 *
 * @throws DomainError METHOD_NOT_APPLICABLE, INVALID_ARGUMENT
 */
export function regionsOf(space: TensorSpace, { window, stride, groups }: ExplainInput): readonly Region[] {
  if (groups !== null)
    throw new DomainError(
      'INVALID_ARGUMENT',
      'groups: regions are made by window and stride; expected no groups.',
      { field: ['groups'] },
    );
  const input = space.inputs.reduce((one, other) => (other.width > one.width ? other : one));
  const own = space.features
    .map((feature, place) => ({ feature, place }))
    .filter(({ feature }) => feature.input === input.name);
  const shape = space.isStacked ? input.shape.slice(1) : [...input.shape];
  const axes = axesOf(shape, window);
  const extents = axes.map((axis) => shape[axis] ?? 1);
  const sizes = extents.map((extent, at) =>
    Math.min(extent, window?.[at] ?? Math.max(1, Math.ceil(extent / DEFAULT_SPLITS))),
  );
  const steps = sizes.map((size, at) => stride?.[at] ?? size);
  const starts = extents.map((extent, at) => startsOf(extent, steps[at] ?? 1));
  const count = starts.reduce((product, each) => product * each.length, 1);
  if (count > MOST)
    throw new DomainError(
      'INVALID_ARGUMENT',
      `window: expected at most ${MOST} regions, got ${count}; give a larger window or stride.`,
      { field: ['window'] },
    );
  return corners(starts).map((corner): Region => {
    const ends = corner.map((from, at) => Math.min(extents[at] ?? 1, from + (sizes[at] ?? 1)));
    const within = ({ index }: SpaceFeature) =>
      axes.every(
        (axis, at) => (index[axis] ?? 0) >= (corner[at] ?? 0) && (index[axis] ?? 0) < (ends[at] ?? 0),
      );
    const members = own.filter(({ feature }) => within(feature)).map(({ place }) => place);
    const places = corner.map((from, at) => {
      const to = (ends[at] ?? 1) - 1;
      return from === to ? String(from) : `${from}–${to}`;
    });
    const name =
      axes.length === 2
        ? `${input.name} rows ${places[0]}, columns ${places[1]}`
        : `${input.name}[${places.join(', ')}]`;
    return { members, player: { name, index: corner, value: null, unit: null, atoms: null } };
  });
}

/** Of channels first or last the two longest axes; as many axes as the window has, from the last. */
function axesOf(shape: readonly number[], window: readonly number[] | null): number[] {
  const all = shape.map((_, axis) => axis);
  if (window !== null) {
    if (window.length > shape.length)
      throw new DomainError(
        'INVALID_ARGUMENT',
        `window: the input has ${shape.length} dimensions of its own ([${shape.join(', ')}]), got a window of ${window.length}.`,
        { field: ['window'] },
      );
    if (window.length === 2 && shape.length === 3) return imageAxes(shape);
    return all.slice(-window.length);
  }
  if (shape.length === 3) return imageAxes(shape);
  return shape.length <= 2 ? all : all.slice(-2);
}

function imageAxes(shape: readonly number[]): number[] {
  return (shape[0] ?? 0) <= 4 && (shape[2] ?? 0) > 4 ? [1, 2] : [0, 1];
}

function startsOf(extent: number, step: number): number[] {
  return Array.from({ length: Math.ceil(extent / step) }, (_, place) => place * step);
}

function corners(starts: readonly (readonly number[])[]): number[][] {
  let all: number[][] = [[]];
  for (const axis of starts) all = all.flatMap((corner) => axis.map((start) => [...corner, start]));
  return all;
}
