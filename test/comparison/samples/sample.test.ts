import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { bindingEnergyPipeline } from '../../../examples/binding-energy/pipeline.js';
import { esolPipeline } from '../../../examples/esol/pipeline.js';
import type { VersionRecord } from '../../../src/catalog/index.js';
import { checkInputs, DATA_TYPES, type Signature, type TensorSpec } from '../../../src/tensors/index.js';
import { outputPairs } from '../../../src/comparison/declared-outputs.js';
import { generatedTensors } from '../../../src/comparison/samples/generated-tensors.js';
import { makeSample } from '../../../src/comparison/samples/sample.js';
import type { JsonObject, Pipeline } from '../../../src/pipelines/index.js';

const spec = (name: string, shape: readonly number[], more: Partial<TensorSpec> = {}): TensorSpec => ({
  name,
  datatype: 'FP64',
  shape,
  ...more,
});
const version = (signature: Signature, pipeline: object | null = null): VersionRecord => ({
  id: '',
  modelId: '',
  modelName: 'm',
  number: 1,
  ref: 'm@1',
  artifactDigest: '',
  signature,
  rewrites: [],
  // As declared: a sample parses what it needs.
  pipeline: pipeline as Pipeline | null,
  metrics: [],
  notes: '',
  source: null,
  trainingData: [],
  environment: null,
  conversion: null,
  optimization: null,
  declaresRowsIndependent: false,
  disclosesTraining: false,
  attachments: [],
  createdAt: new Date(0),
  createdBy: '',
});
const esol = version(
  { inputs: [spec('features', [-1, 4])], outputs: [spec('log_s', [-1, 1])] },
  esolPipeline,
);
const nuclei = version(
  {
    inputs: [spec('z', [-1], { datatype: 'INT64' }), spec('n', [-1], { datatype: 'INT64' })],
    outputs: [spec('binding_energy', [-1])],
  },
  bindingEnergyPipeline,
);

function withUnit(
  pipeline: JsonObject,
  side: 'inputs' | 'outputs',
  tensor: string,
  unit: string,
): JsonObject {
  const copy = structuredClone(pipeline) as Record<string, Record<string, Record<string, unknown>>>;
  const entry = copy[side]?.[tensor];
  if (entry) entry.unit = unit;
  return copy as unknown as JsonObject;
}

describe('generated rows', () => {
  it('fit the signature they are made for', () => {
    const dimension = fc.constantFrom<[number, string | null]>(
      [1, null],
      [3, null],
      [-1, null],
      [-1, 'n'],
      [-1, 'm'],
    );
    const tensors = fc.array(
      fc.tuple(fc.constantFrom(...DATA_TYPES), fc.array(dimension, { maxLength: 3 })),
      { maxLength: 4 },
    );
    fc.assert(
      fc.property(tensors, fc.integer({ min: 1, max: 5 }), fc.nat(), (declared, rows, seed) => {
        const inputs = declared.map(([datatype, dims], index) =>
          spec(
            `x${index}`,
            dims.map(([size]) => size),
            { datatype, dimensions: dims.map(([, name]) => name) },
          ),
        );
        const signature = { inputs, outputs: [] };
        const made = generatedTensors(signature, rows, seed);
        expect(() => checkInputs(signature, made)).not.toThrow();
        expect(generatedTensors(signature, rows, seed)).toEqual(made);
      }),
    );
  });

  it('are instances where both versions read the same kind, tensors otherwise', () => {
    expect(makeSample(null, esol, esol)).toMatchObject({
      form: 'INSTANCES',
      source: 'GENERATED',
      rows: 48,
      seed: 1,
    });
    expect(makeSample(null, esol, nuclei)).toMatchObject({
      form: 'TENSORS',
      source: 'GENERATED',
      rows: 48,
    });
    expect(makeSample(null, nuclei, version(nuclei.signature))).toMatchObject({
      form: 'TENSORS',
      requests: [{ rows: 48 }],
    });
  });

  it('never promise more rows than there are', () => {
    const { rows, description } = makeSample({ generated: { rows: 1_000 } }, esol, esol);
    expect(rows).toBeGreaterThan(40);
    expect(rows).toBeLessThan(1_000);
    expect(description).toBe(`Made up: ${rows} everyday molecules`);
  });

  it('count as one where the graph has no rows', () => {
    const fixed = version({ inputs: [spec('x', [2, 3])], outputs: [spec('y', [])] });
    expect(makeSample(null, fixed, fixed)).toMatchObject({ rows: 1, requests: [{ rows: 1 }] });
  });
});

describe('outputPairs', () => {
  const sampleOf = (base: VersionRecord, target: VersionRecord) => makeSample(null, base, target);
  const pairs = (base: VersionRecord, target: VersionRecord) =>
    outputPairs(sampleOf(base, target), base, target);

  it('pairs by name, and by being the only ones left', () => {
    const one = version({ inputs: [], outputs: [spec('a', []), spec('b', [])] });
    const other = version({ inputs: [], outputs: [spec('c', []), spec('a', [])] });
    expect(pairs(one, other).map(({ base, target }) => [base?.name, target?.name])).toEqual([
      ['a', 'a'],
      ['b', 'c'],
    ]);
    const more = version({ inputs: [], outputs: [spec('a', []), spec('c', []), spec('d', [])] });
    expect(
      pairs(one, more).map(({ base, target, obstacle }) => [base?.name, target?.name, obstacle]),
    ).toEqual([
      ['a', 'a', null],
      ['b', undefined, 'Only the base has this output.'],
      [undefined, 'c', 'Only the target has this output.'],
      [undefined, 'd', 'Only the target has this output.'],
    ]);
  });

  it('compares no numbers of different units', () => {
    const grams = version(esol.signature, withUnit(esolPipeline, 'outputs', 'log_s', 'log10(g/L)'));
    expect(pairs(esol, grams)).toMatchObject([
      { obstacle: 'The units differ: log10(mol/L) in the base, log10(g/L) in the target.' },
    ]);
    expect(pairs(esol, esol)).toMatchObject([{ obstacle: null }]);
  });

  it('compares no answers to numbers that go in as something else', () => {
    const inDozens = version(nuclei.signature, withUnit(bindingEnergyPipeline, 'inputs', 'n', 'dozen'));
    expect(pairs(nuclei, inDozens)).toMatchObject([
      { obstacle: '"n" goes in as 1 in the base and as dozen in the target.' },
    ]);
    // Of tensors just as of fields.
    const inputs = [
      { name: 'z', datatype: 'INT64' as const, shape: [1], data: [26] },
      { name: 'n', datatype: 'INT64' as const, shape: [1], data: [30] },
    ];
    const sample = makeSample({ inputs }, nuclei, inDozens);
    expect(outputPairs(sample, nuclei, inDozens)).toMatchObject([
      { obstacle: expect.stringContaining('dozen') },
    ]);
  });
});
