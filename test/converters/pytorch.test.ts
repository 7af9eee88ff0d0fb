import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { openBench, type Bench } from './support/bench.js';
import { expectServed } from './support/served.js';

const taking = (name: string, shape: readonly number[]) => [
  '--option',
  `inputs=${JSON.stringify([{ name, shape }])}`,
];

describe('models of PyTorch', () => {
  let bench: Bench;
  beforeAll(async () => {
    bench = await openBench('pytorch', './make_pytorch.py');
  });
  afterAll(() => bench.close());

  it.each<[string, string, readonly string[]]>([
    ['dense.pt2', 'TORCH_EXPORT', []],
    ['convolutional.pt2', 'TORCH_EXPORT', []],
    ['dense.pt', 'TORCHSCRIPT', taking('features', [-1, 8])],
    ['convolutional.pt', 'TORCHSCRIPT', taking('image', [-1, 1, 12, 12])],
  ])('%s answers what PyTorch answers', async (name, format, args) => {
    const version = await bench.push(name, ...args, '--trust-pickle');
    expect(version.conversion).toMatchObject({ format, about: expect.stringContaining('PyTorch 2.15.0') });
    expect(version.signature.inputs[0]?.shape[0]).toBe(-1);
    await bench.compare(version, name);
  });

  it('serves one from the file to predictions', async () => {
    await bench.push('dense.pt2', '--trust-pickle', '--model', 'served');
    await expectServed(bench, 'served', 'dense.pt2', 'input');
  });

  it.each<[string, readonly string[], RegExp]>([
    ['svd.pt2', ['--trust-pickle'], /no ONNX form for the operator aten\._linalg_svd/],
    [
      'svd.pt',
      ['--trust-pickle', ...taking('x', [-1, 4, 4])],
      /no ONNX form for the operator aten::linalg_svdvals/,
    ],
    ['dense.pt', ['--trust-pickle'], /TorchScript does not say what it takes: expected options\.inputs/],
    [
      'dense.pt',
      ['--trust-pickle', ...taking('x', [-1, 9])],
      /refuses tensors of the shapes in options\.inputs.*cannot be multiplied/,
    ],
    ['weights.pt', ['--trust-pickle'], /The file looks like none of/],
    ['dense.pt2', [], /Say that you trust this one/],
  ])('%s with %j is refused, with the reason', async (name, args, message) => {
    expect(await bench.refused(name, ...args, '--model', 'none')).toMatch(message);
    expect((await bench.retort('list', '--json')).stdout).not.toContain('"none"');
  });
});
