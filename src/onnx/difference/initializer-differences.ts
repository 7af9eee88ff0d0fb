import { BoundedList, otherName, shortened, type GraphChange, type Totals } from './bounded-list.js';
import { elementTypeName } from './element-types.js';
import type { GraphOutline } from './graph-outline.js';
import type { TensorMatches } from './match-tensors.js';
import { congruent, type StoredTensor } from './stored-tensor.js';
import type { TensorComparer, TensorDifference } from './tensor-difference.js';

export interface InitializerDifference {
  readonly change: GraphChange;
  readonly name: string;
  readonly targetName: string | null;
  /** Null where that version has no such tensor. */
  readonly base: StoredTensorSpec | null;
  readonly target: StoredTensorSpec | null;
  /** Null where there is nothing to compare one by one: other types or shapes, text, sparse tensors. */
  readonly difference: TensorDifference | null;
}

export interface StoredTensorSpec {
  /** Retort's name of the element type, or the ONNX specification's for one that requests cannot carry. */
  readonly datatype: string;
  readonly shape: readonly number[];
}

export interface InitializerDifferences {
  readonly totals: Totals;
  readonly differences: readonly InitializerDifference[];
}

export function initializerDifferences(
  base: GraphOutline,
  target: GraphOutline,
  matches: TensorMatches,
  comparer: TensorComparer,
): InitializerDifferences {
  const list = new BoundedList<InitializerDifference>((difference) => -magnitudeOf(difference));
  let unchanged = 0;
  const paired = new Set(matches.values());
  for (const [index, tensor] of base.tensors.entries()) {
    const place = matches.get(index);
    const partner = place === undefined ? undefined : target.tensors[place];
    if (!partner) {
      list.add({ ...named(tensor), change: 'REMOVED', base: specOf(tensor), target: null, difference: null });
      continue;
    }
    const content = congruent(tensor, partner) ? comparer.compare(tensor, partner) : 'DIFFERENT';
    if (content === 'EQUAL') unchanged += 1;
    else
      list.add({
        change: 'CHANGED',
        name: tensorLabel(tensor),
        targetName: otherName(tensorLabel(tensor), tensorLabel(partner)),
        base: specOf(tensor),
        target: specOf(partner),
        difference: content === 'DIFFERENT' ? null : content,
      });
  }
  for (const [index, tensor] of target.tensors.entries())
    if (!paired.has(index))
      list.add({ ...named(tensor), change: 'ADDED', base: null, target: specOf(tensor), difference: null });
  return {
    totals: { base: base.tensors.length, target: target.tensors.length, unchanged, ...list.totals() },
    differences: list.items(),
  };
}

/** What cannot be measured comes first, then the largest change. */
function magnitudeOf({ difference }: InitializerDifference): number {
  if (difference === null || difference.nonFinite > 0) return Infinity;
  return difference.largest ?? Infinity;
}

function named(tensor: StoredTensor): { name: string; targetName: null } {
  return { name: tensorLabel(tensor), targetName: null };
}

function specOf({ type, dims }: StoredTensor): StoredTensorSpec {
  return { datatype: elementTypeName(type), shape: dims };
}

function tensorLabel({ scope, name }: StoredTensor): string {
  return shortened(scope + name);
}
