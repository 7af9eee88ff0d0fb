import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { openBench, type Bench } from './support/bench.js';
import { expectServed } from './support/served.js';

const taking = (shape: readonly number[]) => [
  '--option',
  `inputs=${JSON.stringify([{ name: 'data', shape }])}`,
];

describe('models of MXNet', () => {
  let bench: Bench;
  beforeAll(async () => {
    bench = await openBench('mxnet', './make_mxnet.py');
  });
  afterAll(() => bench.close());

  it.each([
    ['dense', [-1, 8]],
    ['convolutional', [-1, 1, 12, 12]],
    // Ends in the loss of its training, with labels.
    ['module', [-1, 8]],
  ])('%s answers what MXNet answers', async (name, shape) => {
    const version = await bench.push(name, ...taking(shape));
    expect(version.conversion).toMatchObject({ format: 'MXNET', about: 'a symbol of MXNet 1.9.1' });
    // Weights are no inputs, and there may be any number of rows.
    expect(version.signature.inputs).toEqual([{ name: 'data', datatype: 'FP32', shape }]);
    await bench.compare(version, name);
  });

  it('serves one from the folder to predictions', async () => {
    await bench.push('dense', ...taking([-1, 8]), '--model', 'served');
    await expectServed(bench, 'served', 'dense', 'data');
  });

  it.each<[string, readonly string[], RegExp]>([
    ['erfinv', taking([-1, 8]), /No conversion function registered for op type erfinv/],
    ['dense', [], /A symbol does not say the shape of what it takes: expected options\.inputs/],
    ['dense', taking([-1, 9]), /Shape inconsistent/],
    [
      'dense',
      ['--option', 'inputs=[{"name": "image", "shape": [-1, 8]}]'],
      /takes data; options\.inputs names image/,
    ],
    ['alone', taking([-1, 8]), /got 1 symbols and 0 files of parameters/],
  ])('%s with %j is refused, with the reason', async (name, args, message) => {
    expect(await bench.refused(name, ...args, '--model', 'none')).toMatch(message);
    expect((await bench.retort('list', '--json')).stdout).not.toContain('"none"');
  });
});
