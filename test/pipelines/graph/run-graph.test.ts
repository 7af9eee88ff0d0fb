import { afterAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { Tensor } from '../../../src/tensors/index.js';
import {
  derivedPipeline,
  InstanceReader,
  MoleculeWorker,
  parsePipeline,
  type Pipeline,
} from '../../../src/pipelines/index.js';
import { PipelineRunner, type Infer } from '../../../src/predictions/index.js';
import { signature } from '../signatures.js';

const molecules = new MoleculeWorker();
const reader = new InstanceReader({ molecules });
const runner = new PipelineRunner({ instances: reader });
afterAll(() => molecules.close());

const rows = { independence: 'PROVEN', reason: null } as const;
const echo: Infer = (inputs) =>
  Promise.resolve(inputs.slice(0, 1).map((tensor) => ({ ...tensor, name: 'y' })));
const answering =
  (...outputs: Tensor[]): Infer =>
  () =>
    Promise.resolve(outputs);

/** Of fields and steps of which the last, `x`, is both the input and the answer. */
function echoed(instance: object, steps: object, width: number, more: object = {}): Pipeline {
  return parsePipeline(
    {
      format: 2,
      instance,
      steps,
      inputs: { x: { of: 'x', unit: '1' } },
      outputs: { y: { unit: '1' } },
      ...more,
    },
    signature({ x: ['FP64', [-1, width]] }, { y: ['FP64', [-1, width]] }),
  );
}
const valuesOf = async (pipeline: Pipeline, instances: readonly unknown[]) =>
  (await runner.predict(pipeline, instances, echo, { rows })).map(({ value, error }) => error ?? value);

describe('records', () => {
  const pipeline = echoed(
    {
      t: { kind: 'number', unit: 'K', range: { min: 250 } },
      solvent: { kind: 'category', values: ['water', 'ethanol'], missing: { use: 'water' } },
      wet: { kind: 'boolean' },
      day: { kind: 'date' },
      mass: { kind: 'number', unit: 'g', missing: { as: 'nan' } },
    },
    {
      ts: { step: 'standardize', of: 't', mean: 298.15, scale: 10 },
      s: { step: 'one-hot', of: 'solvent' },
      d: { step: 'date-parts', of: 'day', names: ['month', 'weekday'] },
      m: { step: 'constant', of: 'mass', value: 7 },
      x: { step: 'concatenate', of: ['ts', 's', 'wet', 'd', 'm'] },
    },
    7,
  );
  const good = { t: '35 degC', solvent: 'ethanol', wet: true, day: '2026-11-30', mass: 1 };

  it('go through units, categories, dates and missing values', async () => {
    const [first, second] = (await valuesOf(pipeline, [
      good,
      { t: 288.15, wet: 'false', day: '2026-03-01T23:30:00Z' },
    ])) as number[][];
    expect(first).toEqual([expect.closeTo(1, 9), 0, 1, 1, 11, 1, 7]);
    expect(second).toEqual([expect.closeTo(-1, 9), 1, 0, 0, 3, 7, 7]);
  });

  it.each([
    [{ ...good, t: { value: 25, unit: 'm' } }, 'INCOMPATIBLE_UNIT', /a length.*a temperature/],
    [{ ...good, t: '-300 degC' }, 'INVALID_INSTANCE', /below absolute zero/],
    [{ ...good, t: 200 }, 'OUT_OF_RANGE', /t is 200 K: expected at least 250 K/],
    [{ ...good, t: '1,5' }, 'INVALID_INSTANCE', /finite number/],
    [{ ...good, solvent: 'watr' }, 'UNKNOWN_CATEGORY', /did you mean "water"/],
    [{ ...good, wet: 'maybe' }, 'INVALID_INSTANCE', /true or false/],
    [{ ...good, day: '2026-02-30' }, 'INVALID_INSTANCE', /must be a date/],
    [{ ...good, solvnt: 'water' }, 'INVALID_INSTANCE', /Unknown field "solvnt"/],
    [{ solvent: 'water' }, 'INVALID_INSTANCE', /"t" is missing/],
    [null, 'INVALID_INSTANCE', /Expected an object/],
    [[1], 'INVALID_INSTANCE', /Expected an object/],
  ])('fail alone: %j', async (bad, code, message) => {
    const [before, wrong, after] = await valuesOf(pipeline, [good, bad, good]);
    expect(wrong).toEqual({ code, message: expect.stringMatching(message) });
    expect(after).toEqual(before);
    expect(Array.isArray(before)).toBe(true);
  });

  it('are answered alike alone and among any others, good or bad', async () => {
    const instance = fc.record({
      t: fc.oneof(fc.double({ min: 200, max: 400, noNaN: true }), fc.constant('hot')),
      solvent: fc.constantFrom('water', 'ethanol', 'oil'),
      wet: fc.boolean(),
      day: fc.constant('2026-01-01'),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(instance, { minLength: 1, maxLength: 20 }), async (instances) => {
        const together = await valuesOf(pipeline, instances);
        for (const [place, one] of instances.entries())
          expect(await valuesOf(pipeline, [one])).toEqual([together[place]]);
      }),
      { numRuns: 20 },
    );
  });
});

describe('a single field', () => {
  const pipeline = echoed({ x: { kind: 'number', unit: 'K', missing: { use: 300 } } }, {}, 1, {
    inputs: { x: { of: 'x' } },
  });

  it('may be its value alone, or be left out of an object, but never null', async () => {
    expect(
      await valuesOf(pipeline, [1, '0 degC', { x: 2 }, {}, { x: null }, { value: 1, unit: 'kK' }]),
    ).toEqual([1, 273.15, 2, 300, 300, expect.objectContaining({ code: 'INCOMPATIBLE_UNIT' })]);
    expect(await valuesOf(pipeline, [null])).toEqual([
      { code: 'INVALID_INSTANCE', message: 'x must be a finite number in K, or with its unit, got null' },
    ]);
  });
});

describe('a molecule with a temperature', () => {
  const pipeline = echoed(
    { smiles: { kind: 'molecule' }, t: { kind: 'number', unit: 'K', missing: { use: 300 } } },
    {
      d: { step: 'descriptors', of: 'smiles', names: ['NumHeavyAtoms', 'MolWt'] },
      f: { step: 'fingerprint', of: 'smiles', type: 'maccs' },
      x: { step: 'concatenate', of: ['d', 't', 'f'] },
    },
    170,
    { inputs: { x: { of: 'x' } }, domain: { source: 's', ranges: { t: { max: 350 }, clogP: { min: 10 } } } },
  );

  it('is read together, and each is judged by its ranges', async () => {
    const [ethanol, bad, hot] = await runner.predict(
      pipeline,
      [{ smiles: 'CCO' }, { smiles: 'C1CC' }, { smiles: 'CCO', t: 400 }],
      echo,
      { rows },
    );
    expect((ethanol?.value as number[]).slice(0, 3)).toEqual([3, expect.closeTo(46.069, 2), 300]);
    expect(ethanol?.warnings.map(({ message }) => message)).toEqual([
      expect.stringMatching(/^clogP is .* from 10/),
    ]);
    expect(bad?.error?.code).toBe('INVALID_SMILES');
    expect(hot?.warnings).toHaveLength(2);
    const batch = await reader.prepare(pipeline, [{ smiles: 'CCO' }]);
    expect(batch.quantities(0)).toMatchObject({ t: 300, NumHeavyAtoms: 3, 'f.bitsSet': expect.any(Number) });
  });
});

describe('a nuclide', () => {
  it('is the instance itself, and equals what format 1 makes', async () => {
    const nuclide = { z: 26, n: 30 };
    const pipeline = echoed(
      { nuclide: { kind: 'nuclide' } },
      { x: { step: 'nucleus', of: 'nuclide', names: ['z', 'n', 'a', 'pairing', 'zMagicDistance'] } },
      5,
    );
    const expected = [26, 30, 56, 1, 2];
    expect(await valuesOf(pipeline, [nuclide, 'Fe-56', { nuclide }])).toEqual([expected, expected, expected]);
  });
});

describe('answers', () => {
  const three = signature({ x: ['FP64', [-1, 1]] }, { y: ['FP32', [-1, 3]], w: ['FP64', [-1, 1]] });
  const pipeline = (result: object) =>
    parsePipeline(
      {
        format: 2,
        instance: { x: { kind: 'number', unit: '1' } },
        inputs: { x: { of: 'x' } },
        outputs: { y: { unit: '1', columns: ['a', 'b', 'c'] }, w: { unit: 'eV' } },
        result,
      },
      three,
    );
  const outputs = answering(
    { name: 'y', datatype: 'FP32', shape: [1, 3], data: Float32Array.of(1, 2, 3) },
    { name: 'w', datatype: 'FP64', shape: [1, 1], data: Float64Array.of(1.5) },
  );
  const answer = async (result: object) =>
    (await runner.predict(pipeline({ r: result }), [1], outputs))[0]?.value;

  it.each([
    [{ output: 'y', steps: [{ step: 'softmax' }, { step: 'labels' }] }, 'c'],
    [{ output: 'y', steps: [{ step: 'labels', top: 2 }] }, [{ label: 'c', score: 3 }, { label: 'b', score: 2 }]],
    [{ output: 'y', steps: [{ step: 'ensemble' }] }, { mean: 2, spread: 1 }],
    [{ output: ['y', 'w'], unit: '1', steps: [{ step: 'combine', weights: [1, 1, 1, 2], add: 1 }] }, 10],
    [{ output: ['w', 'w'], unit: '1', steps: [{ step: 'combine', powers: [1, -1] }] }, 1],
    [{ output: 'w', steps: [{ step: 'percentile', reference: [0, 1, 1.5, 3] }] }, 62.5],
    [{ output: 'w', steps: [{ step: 'threshold', at: 1.5, above: 'active', below: 'inactive' }] }, 'active'],
    [{ output: 'w', unit: '1', steps: [{ step: 'affine', multiply: 2, add: 1 }, { step: 'clip', max: 3 }] }, 3],
    [{ output: 'y', steps: [{ step: 'pick', columns: ['c'] }] }, { c: 3 }],
  ])('by %j', async (result, expected) => {
    expect(await answer(result)).toEqual(expected);
  }); // prettier-ignore
});

describe('a version without a pipeline', () => {
  it('takes whole tensors where the first dimension is no batch', async () => {
    const made = derivedPipeline(signature({ m: ['FP64', [3, 2]] }, { y: ['FP64', [3, 2]] }));
    const m = [[1, 2], [3, 4], [5, 6]]; // prettier-ignore
    expect(await valuesOf(made, [{ m }, m, { m: [[1, 2]] }])).toEqual([m, m, expect.objectContaining({ code: 'INVALID_INSTANCE' })]); // prettier-ignore
  });

  it('takes texts and truth values', async () => {
    const made = derivedPipeline(
      signature({ s: ['BYTES', [-1, 1]], on: ['BOOL', [-1]] }, { y: ['BYTES', [-1, 1]] }),
    );
    expect(await valuesOf(made, [{ s: 'β−', on: true }])).toEqual(['β−']);
  });
});
