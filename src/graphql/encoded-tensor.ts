import { encodeTensor, tensorBytes, type Tensor } from '../inference/index.js';
import { LongBase64 } from './long-base64.js';

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
