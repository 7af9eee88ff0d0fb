import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { anyDatabaseKind } from '../support/databases.js';
import { startTestApp, type TestApp } from '../support/test-app.js';
import { refusal, succeed } from './support/ask.js';
import { publish, register } from './support/catalog-steps.js';
import { scalingModel } from './support/own-models.js';

const PREDICT = `mutation ($input: PredictInput!) {
  predict(input: $input) { predictions { value unit error { code message } } userErrors { field code message } } }`;

interface Predictions {
  readonly predictions: readonly {
    value: unknown;
    unit: string | null;
    error: { code: string; message: string } | null;
  }[];
}

describe.each(anyDatabaseKind)('instances that cannot be predicted, %s database', (kind) => {
  let app: TestApp;
  beforeAll(async () => {
    app = await startTestApp({ kind, examples: true });
    await register(app, 'tensors-only');
    await publish(app, 'tensors-only', scalingModel(2));
  });
  afterAll(() => app.close());
  afterEach(async () => {
    const { predictions } = await predict('binding-energy', [{ z: 26, n: 30 }]);
    expect(predictions[0]?.value).toBeCloseTo(492.213, 3);
  });

  const predict = (version: string, instances: readonly unknown[]) =>
    succeed<Predictions>(app, PREDICT, { input: { version, instances } });

  it('an invalid SMILES fails alone, and its neighbours are answered', async () => {
    const { predictions } = await predict('esol@2', [
      'CCO',
      'C1CC',
      { smiles: 'c1ccccc1' },
      42,
      '',
      { smiles: 'CCO', extra: 1 },
    ]);
    expect(predictions).toEqual([
      { value: expect.closeTo(-0.042, 2), unit: 'log10(mol/L)', error: null },
      {
        value: null,
        unit: null,
        error: {
          code: 'INVALID_SMILES',
          message: expect.stringContaining('"C1CC" is not a SMILES string'),
        },
      },
      { value: expect.closeTo(-1.933, 2), unit: 'log10(mol/L)', error: null },
      {
        value: null,
        unit: null,
        error: {
          code: 'INVALID_INSTANCE',
          message: expect.stringMatching(/Expected a SMILES string .*, got 42/),
        },
      },
      {
        value: null,
        unit: null,
        error: { code: 'INVALID_SMILES', message: expect.stringContaining('empty') },
      },
      {
        value: null,
        unit: null,
        error: { code: 'INVALID_INSTANCE', message: expect.stringContaining('Unknown field "extra"') },
      },
    ]);
  });

  it.each([
    {
      nuclide: { z: 0, n: 1 },
      code: 'INVALID_NUCLIDE',
      says: 'No nuclide has Z = 0 protons: expected 1 to',
    },
    { nuclide: { z: 26, n: -1 }, code: 'INVALID_NUCLIDE', says: 'N = -1 neutrons' },
    { nuclide: { z: 1, n: 300 }, code: 'INVALID_NUCLIDE', says: 'Z = 1, N = 300 can not exist' },
    { nuclide: { z: 500, n: 500 }, code: 'INVALID_NUCLIDE', says: 'No nuclide has Z = 500 protons' },
    { nuclide: { z: 26.5, n: 30 }, code: 'INVALID_NUCLIDE', says: 'must be a whole number, got 26.5' },
    { nuclide: { z: 26 }, code: 'INVALID_INSTANCE', says: 'n is the number of neutrons' },
    { nuclide: 'Xx-56', code: 'INVALID_NUCLIDE', says: '"Xx" is not the symbol of an element' },
  ])('a nuclide that cannot exist: $nuclide', async ({ nuclide, code, says }) => {
    const { predictions } = await predict('binding-energy', [nuclide, { z: 26, n: 30 }]);
    expect(predictions).toEqual([
      { value: null, unit: null, error: { code, message: expect.stringContaining(says) } },
      { value: expect.closeTo(492.213, 3), unit: 'MeV', error: null },
    ]);
  });

  it.each([
    { instance: { positions: [[0, 0]] }, says: 'positions[0] must be [x, y, z]' },
    { instance: { positions: [] }, says: 'Expected 1 to 2000 particles, got 0' },
    {
      instance: { positions: [[0, 0, 'far']] },
      says: 'positions[0][2] must be a finite number, got "far"',
    },
    { instance: { positions: [[0, 0, 0]], box: -8 }, says: 'box must be a positive number' },
    {
      instance: { positions: [[0, 0, 0]], box: 8, cutoff: 5 },
      says: 'cutoff 5 is more than half the box 8',
    },
    { instance: { positions: [[0, 0, 0]], cutof: 3 }, says: 'Unknown field "cutof"' },
  ])('particles that are none: $says', async ({ instance, says }) => {
    const { predictions } = await predict('lennard-jones', [instance]);
    expect(predictions).toEqual([
      {
        value: null,
        unit: null,
        error: { code: expect.any(String), message: expect.stringContaining(says) },
      },
    ]);
  });

  it('values that are none, of a version without a pipeline: each fails alone', async () => {
    const { predictions } = await predict('tensors-only', [
      [1, 2, 3, 4],
      { x: [1.5, 2, 3, 4] },
      [1],
      'three',
      { y: 1 },
    ]);
    expect(predictions.map(({ value, error }) => error?.code ?? value)).toEqual([
      [2, 4, 6, 8],
      [3, 4, 6, 8],
      'INVALID_INSTANCE',
      'INVALID_INSTANCE',
      'INVALID_INSTANCE',
    ]);
  });

  it('too many instances', async () => {
    expect(
      await refusal(app, PREDICT, { input: { version: 'esol', instances: Array(10_001).fill('C') } }),
    ).toMatchObject({
      code: 'INVALID_INSTANCE',
      field: ['instances'],
      message: expect.stringContaining('Expected at most 10000 instances in one request, got 10001'),
    });
  });
});
