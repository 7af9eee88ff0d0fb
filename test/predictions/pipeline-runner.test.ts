import { afterAll, describe, expect, it, jest } from '@jest/globals';
import type { Tensor } from '../../src/tensors/index.js';
import { InstanceReader, MoleculeWorker, parsePipeline, type Pipeline } from '../../src/pipelines/index.js';
import { PipelineRunner, type Infer, type PredictOptions } from '../../src/predictions/index.js';
import { moleculePipeline, signature } from '../pipelines/signatures.js';

const molecules = new MoleculeWorker();
const pipelines = new PipelineRunner({ instances: new InstanceReader({ molecules }) });
/** Of a graph whose rows are independent. */
const runner = {
  predict: (pipeline: Pipeline, instances: readonly unknown[], infer: Infer, options: PredictOptions = {}) =>
    pipelines.predict(pipeline, instances, infer, {
      rows: { independence: 'PROVEN', reason: null },
      ...options,
    }),
};
afterAll(() => molecules.close());

/** Answers each input as the output `y`, so that what the graph receives is what the caller sees. */
const echo: Infer = (inputs) =>
  Promise.resolve(inputs.slice(0, 1).map((tensor) => ({ ...tensor, name: 'y' })));
const answering =
  (output: Tensor): Infer =>
  () =>
    Promise.resolve([output]);

const nuclides = (output: readonly number[] = [-1]): Pipeline =>
  parsePipeline(
    {
      format: 1,
      instance: { kind: 'nuclide' },
      inputs: { a: { unit: '1', steps: [{ step: 'field', field: 'a' }] } },
      outputs: { y: { unit: 'u' } },
    },
    signature({ a: ['INT64', [-1]] }, { y: ['INT64', output] }),
  );
const particles = parsePipeline(
  {
    format: 1,
    instance: { kind: 'particles', maximum: 3 },
    inputs: {
      p: { unit: 'm', steps: [{ step: 'field', field: 'positions' }] },
      box: { unit: 'm', steps: [{ step: 'field', field: 'box' }] },
    },
    outputs: { y: { unit: 'm' } },
    domain: { source: 'the paper', ranges: { particles: { max: 1 }, density: { max: 0.1 } } },
  },
  signature({ p: ['FP32', [-1, 3]], box: ['FP64', [1]] }, { y: ['FP32', [-1, 3]] }),
);

describe('molecules', () => {
  const pipeline = moleculePipeline(2, [
    { step: 'descriptors', names: ['NumHeavyAtoms', 'molecularWeight'] },
  ]);

  it('answers bad rows beside good ones, in one run, in order', async () => {
    const infer = jest.fn(echo);
    const instances = [
      'CCO',
      'C1CC',
      { smiles: 'C' },
      '',
      7,
      {},
      { smile: 'C' },
      null,
      'C C',
      '{"rdkitjson":{}}',
      'C'.repeat(2001),
      { smiles: ' CC\n' },
    ];
    const predictions = await runner.predict(pipeline, instances, infer);
    expect(predictions.map(({ value, error }) => error?.code ?? (value as number[])[0])).toEqual([
      3,
      'INVALID_SMILES',
      1,
      'INVALID_SMILES',
      'INVALID_INSTANCE',
      'INVALID_INSTANCE',
      'INVALID_INSTANCE',
      'INVALID_INSTANCE',
      'INVALID_SMILES',
      'INVALID_SMILES',
      'INVALID_SMILES',
      2,
    ]);
    expect(infer).toHaveBeenCalledTimes(1);
    expect(infer.mock.calls[0]?.[0][0]).toMatchObject({ name: 'x', datatype: 'FP64', shape: [3, 2] });
    expect(predictions[1]).toEqual({
      value: null,
      unit: null,
      results: [],
      warnings: [],
      error: {
        code: 'INVALID_SMILES',
        message: expect.stringMatching(/^"C1CC" is not a SMILES string RDKit can read; /),
      },
    });
    expect(predictions[6]?.error?.message).toMatch(/^Unknown field "smile": expected a SMILES string/);
    expect(predictions[10]?.error?.message).toMatch(/2001 characters: expected at most 2000/);
  });

  it('does not run the graph when no instance is left, and takes no instance at all', async () => {
    const infer = jest.fn(echo);
    expect(await runner.predict(pipeline, ['C1CC'], infer)).toMatchObject([{ value: null }]);
    expect(await runner.predict(pipeline, [], infer)).toEqual([]);
    expect(infer).not.toHaveBeenCalled();
  });

  it('applies the declared steps in their order', async () => {
    const steps = [
      { step: 'descriptors', names: ['NumHeavyAtoms', 'NumAtoms'] },
      { step: 'standardize', mean: [1, 5], scale: [2, 4] },
      { step: 'affine', multiply: 10, add: [0, 1] },
      { step: 'clip', max: 10 },
    ];
    // Ethanol: 3 heavy atoms of 9. (3 − 1) / 2 · 10 = 10; (9 − 5) / 4 · 10 + 1 = 11, clipped.
    expect((await runner.predict(moleculePipeline(2, steps), ['CCO'], echo))[0]?.value).toEqual([10, 10]);
    const powers = moleculePipeline(1, [
      { step: 'descriptors', names: ['NumHeavyAtoms'] },
      { step: 'power', base: 10 },
      { step: 'log', base: 10 },
    ]);
    expect((await runner.predict(powers, ['CCO'], echo))[0]?.value).toBe(3);
  });

  it('feeds fingerprints as the datatype the graph wants', async () => {
    const steps = [{ step: 'fingerprint', type: 'morgan', radius: 2 }];
    for (const datatype of ['BOOL', 'FP32', 'INT64'] as const) {
      const infer = jest.fn(
        answering({ name: 'y', datatype: 'FP64', shape: [1, 1], data: new Float64Array(1) }),
      );
      await runner.predict(
        moleculePipeline(2048, steps, { datatype, output: ['FP64', [-1, 1]] }),
        ['CC(=O)Oc1ccccc1C(=O)O'],
        infer,
      );
      const tensor = infer.mock.calls[0]?.[0][0];
      expect(tensor).toMatchObject({ datatype, shape: [1, 2048] });
      expect(
        Array.from(tensor?.data as Uint8Array)
          .map(Number)
          .reduce((sum, bit) => sum + bit),
      ).toBe(24);
    }
  });

  it('runs a graph of fixed batch 1 once for each instance', async () => {
    const infer = jest.fn(echo);
    const single = moleculePipeline(1, [{ step: 'descriptors', names: ['NumHeavyAtoms'] }], {
      batch: 1,
      output: ['FP64', [1, 1]],
    });
    expect((await runner.predict(single, ['C', 'x', 'CC'], infer)).map(({ value }) => value)).toEqual([
      1,
      null,
      2,
    ]);
    expect(infer.mock.calls.map(([[tensor]]) => tensor?.shape)).toEqual([
      [1, 1],
      [1, 1],
    ]);
  });

  it('makes a number the steps can not make finite an error of its row', async () => {
    const logarithm = moleculePipeline(1, [{ step: 'descriptors', names: ['clogP'] }, { step: 'log' }], {
      datatype: 'FP32',
    });
    const [negative, positive] = await runner.predict(logarithm, ['CCO', 'CCCCCC'], echo);
    expect(negative?.error).toMatchObject({
      code: 'NON_FINITE',
      message: expect.stringMatching(/^Input "x" would get NaN/),
    });
    expect(positive?.error).toBeNull();
  });

  it('treats fragments as declared', async () => {
    const salt = ['[Na+].[Cl-]'];
    const of = (fragments: string) =>
      moleculePipeline(1, [{ step: 'descriptors', names: ['amw'] }], {
        more: { instance: { kind: 'molecule', fragments } },
      });
    expect((await runner.predict(of('warn'), salt, echo))[0]?.warnings).toMatchObject([
      { code: 'MULTIPLE_FRAGMENTS' },
    ]);
    expect((await runner.predict(of('accept'), salt, echo))[0]?.warnings).toEqual([]);
    expect((await runner.predict(of('reject'), salt, echo))[0]?.error).toMatchObject({
      code: 'INVALID_SMILES',
    });
  });

  it('refuses more than 10,000 instances at once', async () => {
    await expect(runner.predict(pipeline, Array(10_001).fill('C'), echo)).rejects.toMatchObject({
      code: 'INVALID_INSTANCE',
      message: expect.stringContaining('at most 10000 instances in one request, got 10001'),
    });
  });
});

describe('results', () => {
  const y = (datatype: Tensor['datatype'], shape: readonly number[], data: Tensor['data']): Infer =>
    answering({ name: 'y', datatype, shape, data });
  const two = [
    { z: 1, n: 1 },
    { z: 2, n: 2 },
  ];

  it('gives 64-bit integers exactly: numbers while they are safe, else strings', async () => {
    const predictions = await runner.predict(
      nuclides(),
      two,
      y('INT64', [2], BigInt64Array.of(-5n, 2n ** 60n)),
    );
    expect(predictions.map(({ value }) => value)).toEqual([-5, '1152921504606846976']);
  });

  it('gives text, truth values and lists as they are', async () => {
    expect(
      (await runner.predict(nuclides(), two, y('BYTES', [2], ['stable', 'β−']))).map(({ value }) => value),
    ).toEqual(['stable', 'β−']);
    expect(
      (await runner.predict(nuclides(), two, y('BOOL', [2], Uint8Array.of(1, 0)))).map(({ value }) => value),
    ).toEqual([true, false]);
    const wide = y('FP32', [2, 2], Float32Array.of(1, 2, 3, 4));
    expect((await runner.predict(nuclides([-1, 2]), two, wide)).map(({ value }) => value)).toEqual([
      [1, 2],
      [3, 4],
    ]);
    const deep = y('FP32', [2, 1, 2], Float32Array.of(1, 2, 3, 4));
    expect((await runner.predict(nuclides([-1, 1, 2]), two, deep)).map(({ value }) => value)).toEqual([
      [[1, 2]],
      [[3, 4]],
    ]);
  });

  it('keeps a list a list when it happens to hold one element', async () => {
    expect(
      (await runner.predict(nuclides([-1, -1]), two, y('FP32', [2, 1], Float32Array.of(1, 2)))).map(
        ({ value }) => value,
      ),
    ).toEqual([[1], [2]]);
  });

  it('answers several results by name, each with its unit', async () => {
    const pipeline = moleculePipeline(1, [{ step: 'descriptors', names: ['NumHeavyAtoms'] }], {
      output: ['FP64', [-1, 1]],
      more: {
        outputs: { y: { unit: 'log10(mol/L)' } },
        result: {
          log_s: { output: 'y' },
          solubility: { output: 'y', unit: 'mol/L', steps: [{ step: 'power', base: 10 }] },
        },
      },
    });
    expect(await runner.predict(pipeline, ['CC'], echo)).toEqual([
      {
        value: { log_s: 2, solubility: 100 },
        unit: 'log_s: log10(mol/L), solubility: mol/L',
        results: [
          { name: 'log_s', value: 2, unit: 'log10(mol/L)' },
          { name: 'solubility', value: 100, unit: 'mol/L' },
        ],
        warnings: [],
        error: null,
      },
    ]);
  });

  it('makes a number that is not finite an error of its row alone', async () => {
    const [good, bad] = await runner.predict(nuclides(), two, y('FP64', [2], Float64Array.of(1, NaN)));
    expect(good?.value).toBe(1);
    expect(bad).toEqual({
      value: null,
      unit: null,
      results: [],
      warnings: [],
      error: { code: 'NON_FINITE', message: expect.stringMatching(/^The model's output "y" is NaN/) },
    });
  });

  it('refuses a graph that answers too few rows or no such output, and passes its failure on', async () => {
    await expect(
      runner.predict(nuclides(), two, y('INT64', [1], BigInt64Array.of(1n))),
    ).rejects.toMatchObject({
      code: 'RUN_FAILED',
      message: expect.stringMatching(/shape \[1\]: expected one row for each of the 2 instances/),
    });
    await expect(runner.predict(nuclides(), two, () => Promise.resolve([]))).rejects.toMatchObject({
      code: 'RUN_FAILED',
    });
    await expect(runner.predict(nuclides(), two, () => Promise.reject(new Error('boom')))).rejects.toThrow(
      'boom',
    );
  });
});

describe('nuclides', () => {
  it('takes numbers, symbols and names', async () => {
    const same = [
      { z: 26, n: 30 },
      { symbol: 'Fe', a: 56 },
      { symbol: 'fe', a: 56 },
      'Fe-56',
      '56Fe',
      ' Fe56 ',
    ];
    expect((await runner.predict(nuclides(), same, echo)).map(({ value }) => value)).toEqual(
      Array(same.length).fill(56),
    );
  });

  it.each([
    [{ z: 0, n: 1 }, 'INVALID_NUCLIDE', /No nuclide has Z = 0 protons: expected 1 to 120/],
    [{ z: 121, n: 180 }, 'INVALID_NUCLIDE', /expected 1 to 120/],
    [{ z: -1, n: 1 }, 'INVALID_NUCLIDE', /Z = -1/],
    [{ z: 26, n: -1 }, 'INVALID_NUCLIDE', /N = -1 neutrons: expected 0 or more/],
    [{ z: 26, n: 30.5 }, 'INVALID_NUCLIDE', /whole number, got 30\.5/],
    [
      { z: 26, n: 300 },
      'INVALID_NUCLIDE',
      /can not exist: Fe holds together only with about \d+ to \d+ neutrons/,
    ],
    [{ z: 92, n: 0 }, 'INVALID_NUCLIDE', /fewer let its protons drip out/],
    [{ symbol: 'Fe', a: 20 }, 'INVALID_NUCLIDE', /N = -6/],
    ['Xx-3', 'INVALID_NUCLIDE', /"Xx" is not the symbol/],
    ['iron', 'INVALID_INSTANCE', /not the name of a nuclide/],
    [{ z: 26 }, 'INVALID_INSTANCE', /n is the number of neutrons .* got nothing/],
    [{ z: '26', n: 30 }, 'INVALID_INSTANCE', /whole number, got "26"/],
    [{ z: 26, n: 30, a: 56 }, 'INVALID_INSTANCE', /Unknown field "a"/],
    [[26, 30], 'INVALID_INSTANCE', /got a list of 2/],
  ])('refuses %j', async (instance, code, message) => {
    const [bad, good] = await runner.predict(nuclides(), [instance, { z: 8, n: 8 }], echo);
    expect(bad?.error).toEqual({ code, message: expect.stringMatching(message) });
    expect(good?.value).toBe(16);
  });

  it('takes every nucleus ever seen, unbound resonances included', async () => {
    const exotic: [number, number][] = [
      [1, 0],
      [1, 3],
      [1, 6],
      [2, 8],
      [3, 10],
      [4, 1],
      [5, 1],
      [6, 2],
      [7, 2],
      [8, 3],
      [8, 20],
      [11, 28],
      [12, 6],
      [26, 19],
      [28, 20],
      [30, 24],
      [50, 50],
      [118, 176],
    ];
    const predictions = await runner.predict(
      nuclides(),
      exotic.map(([z, n]) => ({ z, n })),
      echo,
    );
    expect(predictions.map(({ error }) => error)).toEqual(exotic.map(() => null));
  });
});

describe('particles', () => {
  const at = (...positions: number[][]) => ({ positions, box: 10 });

  it('runs the graph once for each instance, whatever its size', async () => {
    const infer = jest.fn(echo);
    const predictions = await runner.predict(particles, [at([1, 2, 3]), at([0, 0, 0], [4, 5, 6])], infer);
    expect(predictions.map(({ value }) => value)).toEqual([
      [[1, 2, 3]],
      [
        [0, 0, 0],
        [4, 5, 6],
      ],
    ]);
    expect(infer.mock.calls.map(([tensors]) => tensors.map(({ shape }) => shape))).toEqual([
      [[1, 3], [1]],
      [[2, 3], [1]],
    ]);
  });

  it('warns outside the domain, naming quantity, value and range', async () => {
    const [two] = await runner.predict(
      particles,
      [
        {
          positions: [
            [0, 0, 0],
            [1, 1, 1],
          ],
          box: 2,
          cutoff: 1,
        },
      ],
      echo,
    );
    expect(two?.warnings).toEqual([
      {
        code: 'OUT_OF_DOMAIN',
        message: 'particles is 2, outside the domain up to 1 (the paper); the answer is an extrapolation',
      },
      {
        code: 'OUT_OF_DOMAIN',
        message: 'density is 0.25, outside the domain up to 0.1 (the paper); the answer is an extrapolation',
      },
    ]);
  });

  it.each([
    [{ positions: [], box: 1 }, 'INVALID_PARTICLES', /Expected 1 to 3 particles, got 0/],
    [at([0, 0, 0], [1, 0, 0], [2, 0, 0], [3, 0, 0]), 'INVALID_PARTICLES', /Expected 1 to 3 particles, got 4/],
    [at([0, 0]), 'INVALID_INSTANCE', /positions\[0\] must be \[x, y, z\], got a list of 2/],
    [
      { positions: [[0, 0, 'NaN']], box: 1 },
      'INVALID_PARTICLES',
      /positions\[0\]\[2\] must be a finite number, got "NaN"/,
    ],
    [{ positions: 'here' }, 'INVALID_INSTANCE', /positions must be a list/],
    [{ positions: [[0, 0, 0]] }, 'INVALID_INSTANCE', /box is missing, and this model needs it/],
    [{ positions: [[0, 0, 0]], box: 0 }, 'INVALID_PARTICLES', /box must be a positive number/],
    [
      { positions: [[0, 0, 0]], box: 8, cutoff: 4.1 },
      'INVALID_PARTICLES',
      /more than half the box 8.* at most 4/,
    ],
    [{ positions: [[0, 0, 0]], box: 8, cutof: 3 }, 'INVALID_INSTANCE', /Unknown field "cutof"/],
    [
      { positions: [[1e39, 0, 0]], box: 8 },
      'NON_FINITE',
      /Input "p" would get 1e\+39 in element 0, which FP32 can not hold/,
    ],
    [[[0, 0, 0]], 'INVALID_INSTANCE', /got a list of 1/],
  ])('refuses %j', async (instance, code, message) => {
    const [bad, good] = await runner.predict(particles, [instance, at([1, 1, 1])], echo);
    expect(bad?.error).toEqual({ code, message: expect.stringMatching(message) });
    expect(good?.value).toEqual([[1, 1, 1]]);
  });

  it('stops between runs when the caller is gone', async () => {
    const gone = new AbortController();
    const infer = jest.fn<Infer>((inputs) => {
      gone.abort(new Error('gone'));
      return echo(inputs);
    });
    await expect(
      runner.predict(particles, [at([0, 0, 0]), at([1, 1, 1])], infer, { signal: gone.signal }),
    ).rejects.toThrow('gone');
    expect(infer).toHaveBeenCalledTimes(1);
  });
});
