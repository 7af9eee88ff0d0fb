import { describe, expect, it } from '@jest/globals';
import { DomainError } from '../../src/platform/errors.js';
import { parsePipeline, tensorAnnotations } from '../../src/pipelines/index.js';
import { signature } from './signatures.js';

const graph = signature({ x: ['FP32', [-1, 3]] }, { y: ['FP32', [-1, 1]] });
const descriptors = { step: 'descriptors', names: ['tpsa', 'clogP', 'NumHBD'] };
const valid = {
  format: 1,
  instance: { kind: 'molecule' },
  inputs: { x: { unit: ['Å^2', '1', '1'], description: 'Three descriptors.', steps: [descriptors] } },
  outputs: { y: { unit: 'K', description: 'Boiling point.' } },
};
const input = (change: object) => ({ ...valid, inputs: { x: { ...valid.inputs.x, ...change } } });
const nuclide = { format: 1, instance: { kind: 'nuclide' }, outputs: { y: { unit: 'MeV' } } };
const field = (name: string, more = {}) => ({ unit: '1', steps: [{ step: 'field', field: name, ...more }] });

function refusal(
  pipeline: unknown,
  of = graph,
): { code: string; field: string | undefined; message: string } {
  try {
    parsePipeline(pipeline, of);
  } catch (error) {
    if (error instanceof DomainError)
      return { code: error.code, field: error.field?.join('.'), message: error.message };
    throw error;
  }
  throw new Error('accepted');
}

describe('parsePipeline', () => {
  it('writes out every default and what the graph says', () => {
    expect(parsePipeline(valid, graph)).toEqual({
      format: 1,
      instance: { kind: 'molecule', fragments: 'warn' },
      inputs: { x: { ...valid.inputs.x, datatype: 'FP32', shape: [-1, 3] } },
      outputs: { y: { ...valid.outputs.y, datatype: 'FP32', shape: [-1, 1] } },
      result: { y: { output: 'y', unit: 'K', steps: [] } },
    });
  });

  it('gives plain JSON that parses to itself again', () => {
    const once = parsePipeline(
      {
        ...input({
          unit: '1',
          steps: [
            descriptors,
            { step: 'standardize', mean: [1, 2, 3], scale: 2 },
            { step: 'affine', add: 1 },
          ],
        }),
        result: { celsius: { output: 'y', unit: '°C', steps: [{ step: 'affine', add: -273.15 }] } },
        domain: { source: 'training set', ranges: { tpsa: { max: 140 } } },
      },
      graph,
    );
    const stored: unknown = JSON.parse(JSON.stringify(once));
    expect(stored).toEqual(once);
    expect(parsePipeline(stored, graph)).toEqual(once);
  });

  it.each([
    ['nothing', null, 'pipeline', /^pipeline: expected object, got null$/],
    ['another format', { ...valid, format: 2 }, 'pipeline.format', /expected 1/],
    [
      'an unknown kind',
      { ...valid, instance: { kind: 'image' } },
      'pipeline.instance.kind',
      /expected 'molecule' .*, got "image"$/,
    ],
    ['a misspelt key', { ...valid, ouputs: {} }, 'pipeline', /"ouputs"/],
    [
      'an input without a unit',
      input({ unit: undefined }),
      'pipeline.inputs.x.unit',
      /expected a unit such as .*, got nothing$/,
    ],
    [
      'an empty unit',
      { ...valid, outputs: { y: { unit: ' ' } } },
      'pipeline.outputs.y.unit',
      /"1" says dimensionless/,
    ],
    ['an output left out', { ...valid, outputs: {} }, 'pipeline.outputs.y', /needs an entry with its unit/],
    [
      'an input left out',
      { ...valid, inputs: {} },
      'pipeline.inputs.x',
      /needs an entry with its unit and steps/,
    ],
    [
      'an input the graph lacks',
      { ...valid, inputs: { ...valid.inputs, w: valid.inputs.x } },
      'pipeline.inputs.w',
      /it has "x"/,
    ],
    [
      'an input named as every object has',
      { ...valid, inputs: { ...valid.inputs, toString: valid.inputs.x } },
      'pipeline.inputs.toString',
      /it has "x"/,
    ],
    ['no steps', input({ steps: [] }), 'pipeline.inputs.x.steps.0', /expected object, got nothing$/],
    [
      'an unknown descriptor',
      input({ steps: [{ step: 'descriptors', names: ['logP', 'tpsa', 'amw'] }] }),
      'pipeline.inputs.x.steps.0.names.0',
      /^pipeline\.inputs\.x\.steps\.0\.names\.0: not a descriptor RDKit computes here; the nearest are clogP, MolLogP, CrippenClogP.*, got "logP"$/,
    ],
    [
      'too few descriptors',
      input({ unit: '1', steps: [{ step: 'descriptors', names: ['tpsa'] }] }),
      'pipeline.inputs.x.steps',
      /make 1 column .*graph's input is \[-1,3\]/,
    ],
    ['too few units', input({ unit: ['1', '1'] }), 'pipeline.inputs.x.unit', /each of the 3 columns; got 2/],
    [
      'too few means',
      input({ steps: [descriptors, { step: 'standardize', mean: [1, 2], scale: 1 }] }),
      'pipeline.inputs.x.steps.1.mean',
      /each of the 3 columns; got 2/,
    ],
    [
      'a scale of zero',
      input({ steps: [descriptors, { step: 'standardize', mean: 0, scale: [1, 0, 1] }] }),
      'pipeline.inputs.x.steps.1.scale',
      /divide by zero/,
    ],
    [
      'a number that is none',
      input({ steps: [descriptors, { step: 'affine', add: Infinity }] }),
      'pipeline.inputs.x.steps.1.add',
      /expected a number, or one for each column, got "Infinity"$/,
    ],
    [
      'a clip that clips nothing',
      input({ steps: [descriptors, { step: 'clip' }] }),
      'pipeline.inputs.x.steps.1',
      /min, max or both/,
    ],
    [
      'a clip upside down',
      input({ steps: [descriptors, { step: 'clip', min: 2, max: 1 }] }),
      'pipeline.inputs.x.steps.1',
      /min 2 is above max 1/,
    ],
    [
      'a logarithm to base 1',
      input({ steps: [descriptors, { step: 'log', base: 1 }] }),
      'pipeline.inputs.x.steps.1.base',
      /base 1/,
    ],
    [
      'a field of a molecule',
      input(field('z')),
      'pipeline.inputs.x.steps.0.field',
      /start with "descriptors"/,
    ],
    [
      'a datatype the graph denies',
      input({ datatype: 'FP64' }),
      'pipeline.inputs.x.datatype',
      /graph says FP32, got FP64/,
    ],
    [
      'a shape the graph denies',
      input({ shape: [-1, 4] }),
      'pipeline.inputs.x.shape',
      /graph says \[-1,3\], got \[-1,4\]/,
    ],
    [
      'a result of no output',
      { ...valid, result: { t: { output: 'z' } } },
      'pipeline.result.t.output',
      /outputs "y"; got "z"/,
    ],
    ['no result at all', { ...valid, result: {} }, 'pipeline.result', /at least one/],
    [
      'a changed result without its unit',
      { ...valid, result: { t: { output: 'y', steps: [{ step: 'power' }] } } },
      'pipeline.result.t.unit',
      /unit of its own/,
    ],
    [
      'a domain of no descriptor',
      { ...valid, domain: { source: 's', ranges: { z: { min: 1 } } } },
      'pipeline.domain.ranges.z',
      /descriptor/,
    ],
    [
      'a range without bounds',
      { ...valid, domain: { source: 's', ranges: { tpsa: {} } } },
      'pipeline.domain.ranges.tpsa',
      /min, max or both/,
    ],
    [
      'a range upside down',
      { ...valid, domain: { source: 's', ranges: { tpsa: { min: 2, max: 1 } } } },
      'pipeline.domain.ranges.tpsa',
      /above/,
    ],
    [
      'a Morgan fingerprint without a radius',
      input({ unit: '1', steps: [{ step: 'fingerprint', type: 'morgan' }] }),
      'pipeline.inputs.x.steps.0.radius',
      /needs its radius/,
    ],
    [
      'a radius where there is none',
      input({ unit: '1', steps: [{ step: 'fingerprint', type: 'rdkit', radius: 2 }] }),
      'pipeline.inputs.x.steps.0.radius',
      /only a Morgan/,
    ],
    [
      'MACCS keys of another length',
      input({ unit: '1', steps: [{ step: 'fingerprint', type: 'maccs', bits: 166 }] }),
      'pipeline.inputs.x.steps.0.bits',
      /167/,
    ],
  ])('refuses %s', (_, pipeline, path, message) => {
    expect(
      refusal(
        JSON.parse(
          JSON.stringify(pipeline, (__, value: unknown) => (value === Infinity ? 'Infinity' : value)),
        ),
      ),
    ).toEqual({
      code: 'INVALID_PIPELINE',
      field: path,
      message: expect.stringMatching(message),
    });
  });

  it('refuses what the datatype or the shape of the graph can not take', () => {
    const nuclides = (z: readonly [DataTypeOf, readonly number[]]) => signature({ z }, { y: ['FP32', [-1]] });
    expect(refusal({ ...nuclide, inputs: { z: field('z') } }, nuclides(['BOOL', [-1]])).message).toMatch(
      /fill a tensor of UINT8, .* input is BOOL/,
    );
    expect(refusal({ ...nuclide, inputs: { z: field('z') } }, nuclides(['INT64', [-1, 2]])).message).toMatch(
      /\[-1,1\] or \[-1\]/,
    );
    expect(refusal({ ...nuclide, inputs: { z: field('z') } }, nuclides(['INT64', [4]])).message).toMatch(
      /must be the batch, -1 or 1/,
    );
    expect(refusal({ ...nuclide, inputs: { z: field('q') } }, nuclides(['INT64', [-1]])).message).toMatch(
      /fields z, n, a; got "q"/,
    );
    expect(
      refusal({ ...nuclide, inputs: { z: field('z', { absent: 0 }) } }, nuclides(['INT64', [-1]])).message,
    ).toMatch(/can not be left out/);
    expect(
      refusal(
        { ...nuclide, inputs: { z: { unit: '1', steps: [{ step: 'field', field: 'z' }, { step: 'log' }] } } },
        nuclides(['INT64', [-1]]),
      ).message,
    ).toMatch(/fill a tensor of FP16, FP32, FP64/);
    expect(refusal(valid, signature({ x: ['BYTES', [-1, 3]] }, { y: ['FP32', [-1]] })).message).toMatch(
      /input is BYTES/,
    );
    const particles = { format: 1, instance: { kind: 'particles' }, outputs: { y: { unit: '1' } } };
    expect(
      refusal(
        { ...particles, inputs: { p: field('positions') } },
        signature({ p: ['FP64', [-1, 2]] }, { y: ['FP64', []] }),
      ).message,
    ).toMatch(/makes shape \[-1,3\]/);
    expect(
      refusal(
        { ...particles, inputs: { p: field('box') } },
        signature({ p: ['FP64', [3]] }, { y: ['FP64', []] }),
      ).message,
    ).toMatch(/a scalar, shape \[\] or \[1\]/);
  });

  it('takes fixed or open widths, single columns without a width, and integers for whole numbers', () => {
    expect(() =>
      parsePipeline(valid, signature({ x: ['FP64', [-1, -1]] }, { y: ['BYTES', [-1]] })),
    ).not.toThrow();
    for (const datatype of ['INT32', 'INT64', 'FP32'] as const)
      expect(() =>
        parsePipeline(
          { ...nuclide, inputs: { z: field('a') } },
          signature({ z: [datatype, [-1]] }, { y: ['FP32', [-1]] }),
        ),
      ).not.toThrow();
    for (const datatype of ['BOOL', 'UINT8', 'FP32'] as const)
      expect(() =>
        parsePipeline(
          input({ unit: '1', steps: [{ step: 'fingerprint', type: 'morgan', radius: 2, bits: 1024 }] }),
          signature({ x: [datatype, [-1, 1024]] }, { y: ['INT64', [-1]] }),
        ),
      ).not.toThrow();
  });
});

type DataTypeOf = Parameters<typeof signature>[0][string][0];

describe('tensorAnnotations', () => {
  it('gives units and descriptions, with the columns in their order', () => {
    expect(tensorAnnotations(parsePipeline(valid, graph))).toEqual({
      inputs: { x: { unit: 'Å^2, 1, 1', description: 'Three descriptors. Columns: tpsa, clogP, NumHBD.' } },
      outputs: { y: { unit: 'K', description: 'Boiling point.' } },
    });
  });

  it('is one unit when all columns share it, and empty without a pipeline', () => {
    expect(tensorAnnotations(parsePipeline(input({ unit: ['1', '1', '1'] }), graph)).inputs.x?.unit).toBe(
      '1',
    );
    expect(tensorAnnotations(null)).toEqual({ inputs: {}, outputs: {} });
  });
});
