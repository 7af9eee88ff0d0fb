import { describe, expect, it } from '@jest/globals';
import { checkInputs, type DataType, type Signature, type Tensor } from '../../src/tensors/index.js';
import { DomainError } from '../../src/platform/errors.js';

const signature: Signature = {
  inputs: [
    { name: 'x', datatype: 'FP32', shape: [-1, 4], dimensions: ['N', null] },
    { name: 'mask', datatype: 'BOOL', shape: [-1], dimensions: ['N'] },
  ],
  outputs: [{ name: 'y', datatype: 'FP32', shape: [-1, 1] }],
};

function tensor(name: string, shape: number[], datatype: DataType = 'FP32'): Tensor {
  const count = shape.reduce((product, size) => product * size, 1);
  return {
    name,
    datatype,
    shape,
    data: datatype === 'BOOL' ? new Uint8Array(count) : new Float32Array(count),
  };
}
const x = tensor('x', [2, 4]);
const mask = tensor('mask', [2], 'BOOL');

describe('checkInputs', () => {
  it('accepts what fits, in any order and of any variable size', () => {
    checkInputs(signature, [mask, x], ['y']);
    checkInputs(signature, [tensor('x', [0, 4]), tensor('mask', [0], 'BOOL')], []);
  });

  it('asks nothing of the shape of an input without a rank', () => {
    const unranked: Signature = {
      inputs: [{ name: 'x', datatype: 'FP32', shape: [], unranked: true }],
      outputs: [],
    };
    checkInputs(unranked, [tensor('x', [2, 3, 4])]);
  });

  it.each<[string, Tensor[], string[] | undefined, string[]]>([
    [
      'Input "x": expected shape [-1,4], got [1,3]',
      [tensor('x', [1, 3]), mask],
      undefined,
      ['inputs', '0', 'shape'],
    ],
    [
      'Input "x": expected shape [-1,4], got [4]',
      [tensor('x', [4]), mask],
      undefined,
      ['inputs', '0', 'shape'],
    ],
    [
      'Input "x": expected datatype FP32, got FP64',
      [tensor('x', [2, 4], 'FP64'), mask],
      undefined,
      ['inputs', '0', 'datatype'],
    ],
    ['Missing input "mask" (BOOL [-1])', [x], undefined, ['inputs']],
    [
      'Unknown input "z": expected "x" (FP32 [-1,4]), "mask" (BOOL [-1])',
      [x, tensor('z', [1]), mask],
      undefined,
      ['inputs', '1', 'name'],
    ],
    ['Input "x" came twice: send each input once', [x, mask, x], undefined, ['inputs', '2', 'name']],
    ['Unknown output "z": expected "y" (FP32 [-1,1])', [x, mask], ['y', 'z'], ['outputs', '1']],
    ['Output "y" is asked for twice: name it once', [x, mask], ['y', 'y'], ['outputs', '1']],
  ])('%s', (message, inputs, outputs, field) => {
    expect.assertions(4);
    try {
      checkInputs(signature, inputs, outputs);
    } catch (error) {
      expect(error).toBeInstanceOf(DomainError);
      expect((error as DomainError).code).toBe('INVALID_TENSOR');
      expect((error as DomainError).message).toBe(message);
      expect((error as DomainError).field).toEqual(field);
    }
  });
});
