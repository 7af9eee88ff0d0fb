import { createHash } from 'node:crypto';
import { deserialize, serialize } from 'node:v8';
import { tensorBytes, type Tensor } from '../tensors/index.js';
import type { Keeping } from './response-cache.js';

/** Bytes of a tensor beside its values: its name, datatype, shape and the objects that hold them. */
const TENSOR_BYTES = 256;
/** What a string takes beside its characters. */
const STRING_BYTES = 24;

/** Tensors are copied in and out. */
export const tensorKeeping: Keeping<Tensor[], readonly Tensor[]> = {
  keep: copied,
  answer: copied,
  bytes: (tensors) => tensors.reduce((sum, tensor) => sum + TENSOR_BYTES + valueBytes(tensor), 0),
};

/** Everything else as bytes, whose number is then known. */
export function valueKeeping<T>(lasts: (answer: T) => boolean): Keeping<T, Buffer> {
  return {
    keep: (answer) => serialize(answer),
    answer: (kept) => deserialize(kept) as T,
    bytes: (kept) => kept.byteLength,
    lasts,
  };
}

/** Names the question of an `infer`, to the bit: the order of the inputs means nothing, that of the outputs does. */
export function tensorQuestion(inputs: readonly Tensor[], outputs: readonly string[] | undefined): string {
  const sorted = inputs.toSorted((one, other) => (one.name < other.name ? -1 : 1));
  const asked = outputs === undefined || outputs.length === 0 ? null : outputs;
  const header = JSON.stringify([
    'tensors',
    asked,
    sorted.map(({ name, datatype, shape }) => [name, datatype, shape]),
  ]);
  const hash = createHash('sha256').update(header).update('\0');
  // How long each is follows from the header: no two lists of tensors give the same bytes.
  for (const tensor of sorted) hash.update(tensorBytes(tensor));
  return hash.digest('base64');
}

/** Names a question that is JSON, exactly: its text, and which of its zeros are negative, which the text does not tell. */
export function jsonQuestion(question: unknown): string {
  let numbers = 0;
  const negativeZeros: number[] = [];
  const text = JSON.stringify(question, (_key, value: unknown) => {
    if (typeof value === 'number' && Object.is(value, -0)) negativeZeros.push(numbers);
    if (typeof value === 'number') numbers += 1;
    return value;
  });
  return createHash('sha256').update(`json\0${negativeZeros.join()}\0${text}`).digest('base64');
}

function copied(tensors: readonly Tensor[]): Tensor[] {
  return tensors.map(({ name, datatype, shape, data }) => ({
    name,
    datatype,
    shape: [...shape],
    data: data.slice(),
  }));
}

function valueBytes({ data }: Tensor): number {
  if ('byteLength' in data) return data.byteLength;
  return data.reduce((sum, text) => sum + STRING_BYTES + 2 * text.length, 0);
}
