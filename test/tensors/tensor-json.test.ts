import { describe, expect, it } from '@jest/globals';
import { encodeTensor, flatJson, isLong, type Tensor } from '../../src/tensors/index.js';
import { flatTensors } from './flat-tensors.js';

describe('the JSON of a tensor in pieces', () => {
  it.each(flatTensors().map((tensor) => ({ tensor, what: `${tensor.datatype} of ${tensor.data.length}` })))(
    'is that of the whole: $what',
    ({ tensor }) => {
      const pieces = [...flatJson(tensor)];
      expect(pieces.join('') === JSON.stringify(encodeTensor(tensor, 'JSON'))).toBe(true);
      for (const piece of pieces) expect(piece.length).toBeLessThan(600_000);
      if (isLong(tensor)) expect(pieces.length).toBeGreaterThan(4);
    },
  );

  it('is written by whoever knows better', () => {
    const tensor: Tensor = { name: 'x', datatype: 'INT8', shape: [3], data: Int8Array.of(1, 2, 3) };
    expect([...flatJson(tensor, ({ data }) => `[${data.join('.')}]`)].join('')).toBe('[1.2.3]');
  });
});
