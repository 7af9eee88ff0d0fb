import { elementsBetween, shortRuns, type Tensor } from '../../tensors/index.js';
import { leafTexts } from './nested-tensor.js';
import { sizeOf } from './signature.js';

/** The text of `toNested` for a tensor that has elements, in pieces that each take a millisecond or two. */
export function* nestedPieces(tensor: Tensor): Generator<string> {
  const sizes = sizesOfLists(tensor.shape);
  let index = 0;
  for (const run of shortRuns(tensor)) {
    let text = '';
    for (const leaf of leafTexts(run)) {
      if (index > 0) text += ',';
      text += '['.repeat(listsAt(sizes, index)) + leaf;
      index += 1;
      text += ']'.repeat(listsAt(sizes, index));
    }
    yield text;
  }
}

/** Entries `from` to `to` along the first dimension, a view. */
export function rowsBetween(tensor: Tensor, from: number, to: number): Tensor {
  const size = rowSize(tensor);
  const { shape } = tensor;
  return { ...elementsBetween(tensor, from * size, to * size), shape: [to - from, ...shape.slice(1)] };
}

/** Elements of each entry along the first dimension. */
export function rowSize({ shape }: Tensor): number {
  return sizeOf(shape.slice(1));
}

/** How many elements the lists of each depth hold, the innermost first. */
function sizesOfLists(shape: readonly number[]): number[] {
  let size = 1;
  return shape.toReversed().map((length) => (size *= length));
}

/** How many lists begin, or end, before this element: those of one depth only where those within them do. */
function listsAt(sizes: readonly number[], index: number): number {
  const others = sizes.findIndex((size) => index % size !== 0);
  return others === -1 ? sizes.length : others;
}
