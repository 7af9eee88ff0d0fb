import { encodeTensor, flatJson, isLong, tensorBytes, type Tensor } from '../tensors/index.js';
import type { Ending } from '../platform/in-turns.js';
import { writtenText } from '../http/index.js';
import { LongBase64, LongJson } from './http/long-values.js';

/** Up to this many bytes a string is made as quickly as the answer is put together around it. */
const SHORT_BYTES = 8_192;

/** A tensor as an answer carries it: encoded once, never element by element through GraphQL. */
export interface EncodedTensor {
  readonly name: string;
  readonly datatype: Tensor['datatype'];
  readonly shape: readonly number[];
  readonly data: unknown;
}

export function encoded(tensor: Tensor, encoding: 'JSON' | 'BASE64'): EncodedTensor {
  const { name, datatype, shape } = tensor;
  if (encoding === 'BASE64') {
    const bytes = tensorBytes(tensor);
    if (bytes.length > SHORT_BYTES) return { name, datatype, shape, data: new LongBase64(bytes) };
  }
  return { name, datatype, shape, data: encodeTensor(tensor, encoding) };
}

/** All of an answer's. Where that takes long, others have their turns meanwhile. @throws `until.reason` */
export function encodedTensors(
  tensors: readonly Tensor[],
  encoding: 'JSON' | 'BASE64',
  until: Ending,
): EncodedTensor[] | Promise<EncodedTensor[]> {
  return encoding === 'JSON' && tensors.some(isLong)
    ? inPieces(tensors, until)
    : tensors.map((tensor) => encoded(tensor, encoding));
}

async function inPieces(tensors: readonly Tensor[], until: Ending): Promise<EncodedTensor[]> {
  const all: EncodedTensor[] = [];
  for (const tensor of tensors) {
    const { name, datatype, shape } = tensor;
    const data = isLong(tensor)
      ? new LongJson(await writtenText(flatJson(tensor), until))
      : encodeTensor(tensor, 'JSON');
    all.push({ name, datatype, shape, data });
  }
  return all;
}
