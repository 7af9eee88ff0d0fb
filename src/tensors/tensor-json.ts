import { encodeTensor } from './encode-tensor.js';
import { isStrings } from './tensor-bytes.js';
import type { Tensor } from './tensor.js';

/** Written at once: a millisecond or two. Short arrays are also the quickest to make. */
const PIECE_ELEMENTS = 4_096;
const PIECE_CHARACTERS = 262_144;
/** Tensors that are no larger are written whole in about the time of one turn of the event loop. */
const SHORT_PIECES = 4;

/** Whether a tensor takes so long to write as JSON that others should have their turns meanwhile. */
export function isLong({ data }: Tensor): boolean {
  if (data.length > SHORT_PIECES * PIECE_ELEMENTS) return true;
  if (!isStrings(data)) return false;
  let characters = 0;
  for (const { length } of data) characters += length;
  return characters > SHORT_PIECES * PIECE_CHARACTERS;
}

/** `from` to `to` of the elements by themselves, a view without the tensor's shape. */
export function elementsBetween({ name, datatype, data }: Tensor, from: number, to: number): Tensor {
  const values = isStrings(data) ? data.slice(from, to) : data.subarray(from, to);
  return { name, datatype, shape: [values.length], data: values };
}

/** The tensor cut into runs of elements that are each written at once, in order. */
export function* shortRuns(tensor: Tensor): Generator<Tensor> {
  const { data } = tensor;
  for (let from = 0; from < data.length;) {
    const to = isStrings(data) ? endOfTexts(data, from) : from + PIECE_ELEMENTS;
    yield elementsBetween(tensor, from, to);
    from = to;
  }
}

/**
 * The text of the flat JSON array of its elements, in pieces that each take a millisecond or two.
 *
 * @param write the elements of a run as a JSON array; by default as encodeTensor has them
 */
export function* flatJson(tensor: Tensor, write: (run: Tensor) => string = flatText): Generator<string> {
  let before = '[';
  for (const run of shortRuns(tensor)) {
    yield before + write(run).slice(1, -1);
    before = ',';
  }
  yield before === '[' ? '[]' : ']';
}

function flatText(run: Tensor): string {
  return JSON.stringify(encodeTensor(run, 'JSON'));
}

function endOfTexts(texts: readonly string[], from: number): number {
  let characters = 0;
  let to = from;
  while (to < texts.length && to - from < PIECE_ELEMENTS && characters < PIECE_CHARACTERS) {
    characters += texts[to]?.length ?? 0;
    to += 1;
  }
  return to;
}
