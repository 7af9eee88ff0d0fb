import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { esolPipeline } from '../../examples/esol/pipeline.js';
import { comparePipelines } from '../../src/compatibility/index.js';
import { parsePipeline, type JsonValue, type Pipeline } from '../../src/pipelines/index.js';

const esol = parsePipeline(esolPipeline, {
  inputs: [{ name: 'features', datatype: 'FP64', shape: [-1, 4] }],
  outputs: [{ name: 'log_s', datatype: 'FP64', shape: [-1, 1] }],
});

/** A copy with one place replaced, or removed when the value is undefined. */
function withChange(pipeline: Pipeline, path: string, value: JsonValue | undefined): Pipeline {
  const copy = structuredClone(pipeline) as Record<string, unknown>;
  const keys = path.split('.');
  const last = keys.pop() ?? '';
  const parent = keys.reduce((place, key) => place[key] as Record<string, unknown>, copy);
  if (value === undefined) Reflect.deleteProperty(parent, last);
  else parent[last] = value;
  return copy as unknown as Pipeline;
}

describe('comparePipelines', () => {
  it.each<[change: string, path: string, value: JsonValue | undefined, expected: object]>([
    [
      'the unit of an output',
      'outputs.log_s.unit',
      'log10(g/L)',
      {
        path: 'outputs.log_s.unit',
        part: 'UNIT',
        severity: 'BREAKING',
        base: 'log10(mol/L)',
        target: 'log10(g/L)',
        reason:
          'outputs.log_s.unit was "log10(mol/L)" and is "log10(g/L)": the numbers that come out mean something else.',
      },
    ],
    [
      'the unit of one column',
      'inputs.features.unit.1',
      'kg/mol',
      {
        path: 'inputs.features.unit[1]',
        part: 'UNIT',
        severity: 'BREAKING',
        base: 'g/mol',
        target: 'kg/mol',
      },
    ],
    [
      'the unit of a result',
      'result.log_s.unit',
      '1',
      { path: 'result.log_s.unit', part: 'UNIT', severity: 'BREAKING' },
    ],
    [
      'a step put in',
      'result.log_s.steps',
      [{ step: 'power', base: 10 }],
      {
        path: 'result.log_s.steps[0]',
        part: 'STEP',
        change: 'ADDED',
        severity: 'COMPATIBLE',
        target: { step: 'power', base: 10 },
      },
    ],
    ['other instances', 'instance', { kind: 'nuclide' }, { part: 'INSTANCE', severity: 'BREAKING' }],
    ['salts refused', 'instance.fragments', 'reject', { part: 'INSTANCE', severity: 'BREAKING' }],
    ['salts accepted', 'instance.fragments', 'accept', { part: 'INSTANCE', severity: 'COMPATIBLE' }],
    [
      'a wider domain',
      'domain.ranges.clogP.max',
      12,
      { path: 'domain.ranges.clogP.max', part: 'DOMAIN', severity: 'COMPATIBLE' },
    ],
    ['no domain', 'domain', undefined, { part: 'DOMAIN', change: 'REMOVED', severity: 'COMPATIBLE' }],
    [
      'other words',
      'outputs.log_s.description',
      'Solubility.',
      { part: 'DESCRIPTION', severity: 'COMPATIBLE' },
    ],
  ])('finds %s', (_, path, value, expected) => {
    const comparison = comparePipelines(esol, withChange(esol, path, value));
    expect(comparison.differences).toContainEqual(expect.objectContaining(expected));
    expect(comparison.compatibility).toBe((expected as { severity: string }).severity);
  });

  it('tells a change among many constants as one', () => {
    const steps = (mean: number[]) => [{ step: 'standardize', mean, scale: 1 }];
    const [before, after] = [
      Array.from({ length: 2_048 }, (_, index) => index),
      Array.from({ length: 2_048 }, (_, index) => (index === 17 ? 17.5 : index)),
    ];
    const { differences, differenceCount } = comparePipelines(
      withChange(esol, 'inputs.features.steps', steps(before)),
      withChange(esol, 'inputs.features.steps', steps(after)),
    );
    expect(differenceCount).toBe(1);
    expect(differences).toEqual([
      {
        path: 'inputs.features.steps[0].mean',
        part: 'STEP',
        change: 'CHANGED',
        severity: 'COMPATIBLE',
        reason:
          'inputs.features.steps[0].mean differs in 1 of 2048 numbers, at most by 0.5 at [17] (17 → 17.5): inputs are made differently.',
        base: undefined,
        target: undefined,
      },
    ]);
  });

  it('names the unit of a tensor that only one version has', () => {
    const more = withChange(esol, 'outputs.error', {
      datatype: 'FP64',
      shape: [-1, 1],
      unit: 'log10(mol/L)',
    });
    expect(comparePipelines(esol, more).differences).toEqual([
      expect.objectContaining({
        path: 'outputs.error.unit',
        part: 'UNIT',
        change: 'ADDED',
        severity: 'COMPATIBLE',
      }),
    ]);
  });

  it('notices that several results are answered in another form than one', () => {
    const result = { output: 'log_s', unit: 'mol/L', steps: [{ step: 'power', base: 10 }] };
    const { compatibility, differences } = comparePipelines(
      esol,
      withChange(esol, 'result.solubility', result),
    );
    expect(compatibility).toBe('BREAKING');
    expect(differences[0]).toMatchObject({ path: 'result', part: 'RESULT', base: 1, target: 2 });
  });

  it('lets predict appear, and mourns it when it goes', () => {
    expect(comparePipelines(null, null)).toEqual({
      compatibility: 'IDENTICAL',
      differences: [],
      differenceCount: 0,
    });
    expect(comparePipelines(null, esol)).toMatchObject({ compatibility: 'COMPATIBLE', differenceCount: 1 });
    expect(comparePipelines(esol, null)).toMatchObject({
      compatibility: 'BREAKING',
      differences: [{ path: '', part: 'PIPELINE', change: 'REMOVED' }],
    });
  });

  it('finds any JSON identical to itself, and different from anything else', () => {
    const anyJson = fc
      .jsonValue({ maxDepth: 3 })
      .map((value) => JSON.parse(JSON.stringify(value)) as JsonValue);
    fc.assert(
      fc.property(anyJson, anyJson, (one, other) => {
        const pipeline = (instance: JsonValue) => ({ instance }) as unknown as Pipeline;
        expect(comparePipelines(pipeline(one), pipeline(one)).differenceCount).toBe(0);
        const same = JSON.stringify(sorted(one)) === JSON.stringify(sorted(other));
        expect(comparePipelines(pipeline(one), pipeline(other)).differenceCount === 0).toBe(same);
      }),
    );
  });

  it('shows at most 200 differences and counts them all', () => {
    const ranges = (max: number) =>
      Object.fromEntries(Array.from({ length: 300 }, (_, index) => [`d${index}`, { max }]));
    const pipeline = (max: number): Pipeline => ({
      ...esol,
      domain: { source: 'test', ranges: ranges(max) },
    });
    const comparison = comparePipelines(pipeline(1), pipeline(2));
    expect(comparison.differences).toHaveLength(200);
    expect(comparison.differenceCount).toBe(300);
  });
});

function sorted(value: JsonValue): JsonValue {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, entry]) => [key, sorted(entry)]),
  );
}
