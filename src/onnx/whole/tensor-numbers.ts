import { elementType } from '../difference/element-types.js';
import { ContentFile, ElementBytes, rawBytes, type GraphFiles } from '../difference/stored-tensor.js';
import { ModelProblem } from '../model-problem.js';
import type { WholeTensor } from './whole-graph.js';

/** Reads elements of the tensors of one stored model. To be closed. Synchronous: for a child process. */
export class TensorNumbers {
  private readonly content: ContentFile;

  constructor(files: GraphFiles) {
    this.content = new ContentFile(files);
  }

  /**
   * All elements, row-major; 64-bit whole numbers beyond 2^53 as the nearest double.
   * @throws ModelProblem UNSUPPORTED_MODEL for text, complex numbers and unusual encodings
   */
  of(tensor: WholeTensor): Float64Array {
    const count = tensor.dims.reduce((product, size) => product * size, 1);
    const stored = { ...tensor, scope: '' };
    const element = elementType(tensor.type);
    const isReadable = tensor.layout !== 'opaque' && element !== undefined && element.bits % 8 === 0;
    if (count > 0 && (!isReadable || element.numbers !== 1))
      throw new ModelProblem('UNSUPPORTED_MODEL', `The stored tensor ${JSON.stringify(tensor.name)} holds no numbers that could be read`); // prettier-ignore
    const values = new Float64Array(count);
    if (count === 0 || element === undefined) return values;
    const buffer = new Uint8Array(rawBytes(stored));
    if (new ElementBytes(this.content, stored).fill(buffer) !== buffer.length)
      throw new ModelProblem('INVALID_MODEL', `The stored tensor ${JSON.stringify(tensor.name)} has fewer elements than its shape`); // prettier-ignore
    const { decoding } = element;
    if (decoding.kind === 'typed') values.set(decoding.view(buffer.buffer, count));
    else if (decoding.kind === 'wide') values.set(Array.from(decoding.view(buffer.buffer, count), Number));
    else if (decoding.kind === 'table') {
      const table = decoding.table();
      const bits =
        element.bits === 16 ? new Uint16Array(buffer.buffer, 0, count) : new Uint8Array(buffer.buffer);
      for (const [index, place] of bits.entries()) values[index] = table[place] ?? NaN;
    }
    return values;
  }

  close(): void {
    this.content.close();
  }
}
