import { encodeTensor, type Tensor } from '../inference/index.js';

/** A tensor as an answer carries it: encoded once, never element by element through GraphQL. */
export interface EncodedTensor {
  readonly name: string;
  readonly datatype: Tensor['datatype'];
  readonly shape: readonly number[];
  readonly data: unknown;
}

export function encoded(tensor: Tensor, encoding: 'JSON' | 'BASE64'): EncodedTensor {
  const { name, datatype, shape } = tensor;
  return { name, datatype, shape, data: encodeTensor(tensor, encoding) };
}
