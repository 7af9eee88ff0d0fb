import { describe, expect, it } from '@jest/globals';
import type { OptimizationMethod, VersionRecord } from '../../src/catalog/index.js';
import { applicableMethods, checkApplicable } from '../../src/optimize/asked/applicability.js';
import { checkedBudget } from '../../src/optimize/asked/budget-input.js';
import { checkRows, fewestRows } from '../../src/optimize/asked/fewest-rows.js';
import { checkedOptions } from '../../src/optimize/asked/method-options.js';
import { checkedSample } from '../../src/optimize/asked/optimization-input.js';
import { environmentOf } from '../../src/optimize/making/candidate-maker.js';
import { planCandidates } from '../../src/optimize/making/plan-candidates.js';
import { relationOf } from '../../src/optimize/publishing/publish-optimized.js';

const TREES = { 'ai.onnx.ml.TreeEnsembleRegressor': 1, Cast: 1 };
const NETWORK = { MatMul: 2, Add: 2, Relu: 1 };

describe('methods that apply', () => {
  it('are told where one does not, with what the graph consists of', () => {
    expect(() => checkApplicable('INT8_STATIC', TREES, 'esol@3')).toThrow(
      expect.objectContaining({
        code: 'OPTIMIZATION_NOT_APPLICABLE',
        field: ['method'],
        message: expect.stringMatching(
          /INT8_STATIC does not apply to esol@3: .*TreeEnsembleRegressor.* What applies: PRUNE_STRUCTURED \(.*trees\); DISTILL/,
        ),
      }),
    );
    for (const method of ['AUTO', 'PRUNE_STRUCTURED', 'DISTILL'] as const)
      expect(() => checkApplicable(method, TREES, 'esol@3')).not.toThrow();
  });

  it('do not quantise twice', () => {
    expect(applicableMethods({ ...NETWORK, QLinearMatMul: 1 })).toEqual([
      'PRUNE_MAGNITUDE',
      'PRUNE_STRUCTURED',
      'DISTILL',
    ]);
    expect(() => checkApplicable('FP16', { ...NETWORK, MatMulInteger: 1 }, 'm@2')).toThrow(
      /quantised already/,
    );
  });
});

describe('a budget', () => {
  it('has at least one limit', () => {
    for (const none of [undefined, null, {}, { metric: null, speedupRows: 1 }])
      expect(() => checkedBudget(none)).toThrow(/Expected a budget with at least one of maxLoss, minSpeedup/);
    expect(checkedBudget({ maxLoss: 0.02, minSpeedup: 2 })).toEqual({
      maxLoss: 0.02,
      metric: null,
      minSpeedup: 2,
      speedupRows: 1,
      minShrink: null,
      maxMeanDifference: null,
      maxLargestDifference: null,
    });
  });

  it.each([
    [{ maxLoss: -1 }, /budget\.maxLoss: expected a number of at least 0/],
    [{ minSpeedup: 0 }, /budget\.minSpeedup: expected a factor above 0/],
    [{ maxLoss: Infinity }, /budget\.maxLoss/],
    [{ minSpeedup: 2, metric: 'rmse' }, /budget\.metric goes with maxLoss/],
    [{ maxLoss: 1, metric: 'bias' }, /nothing can be lost of bias/],
    [{ minSpeedup: 2, speedupRows: 8 }, /speedupRows: expected 1 or 32, for which times are measured, got 8/],
  ])('%j is refused', (given, message) => {
    expect(() => checkedBudget(given)).toThrow(message);
  });
});

describe('options', () => {
  it.each<[OptimizationMethod, object, RegExp]>([
    [
      'INT8_STATIC',
      { calibration: 'MEAN' },
      /Options of INT8_STATIC at calibration: .*It has calibration, percentile/,
    ],
    ['PRUNE_STRUCTURED', { ratio: 1 }, /at ratio/],
    ['PRUNE_MAGNITUDE', { sparsity: 0 }, /at sparsity/],
    ['FP16', { blockSize: 32 }, /Options of FP16: .* It has none\./],
    ['WEIGHTS_INT4', { blockSize: 33 }, /at blockSize/],
    ['DISTILL', { student: 'FOREST' }, /at student/],
    ['AUTO', { methods: ['AUTO'] }, /at methods/],
  ])('of %s: %j is refused', (method, given, message) => {
    expect(() => checkedOptions(method, given)).toThrow(message);
  });
});

describe('a sample', () => {
  const version = (roles: readonly string[]) =>
    ({ ref: 'm@1', attachments: roles.map((role) => ({ role, format: 'CSV' })) }) as unknown as VersionRecord;

  it('is the training data when nothing is said', () => {
    expect(checkedSample(undefined, version(['CALIBRATION', 'TRAINING']))).toEqual({
      source: { attachment: 'TRAINING' },
      rows: 1_000,
    });
    expect(() => checkedSample(null, version([]))).toThrow(/Expected a sample: file, attachment, examples/);
    expect(() => checkedSample({ attachment: 'TRAINING' }, version([]))).toThrow(/m@1 has no TRAINING file/);
  });

  it('is one thing, of a number of rows', () => {
    expect(() => checkedSample({ examples: true, instances: [] }, version([]))).toThrow(
      /got examples and instances/,
    );
    expect(() => checkedSample({ examples: true, rows: 10_000 }, version([]))).toThrow(/1 to 5000 rows/);
  });

  it('of ten rows is too small, and the least is told', () => {
    expect(() => checkRows(10, 'INT8_STATIC', '10 rows of a file')).toThrow(
      expect.objectContaining({
        code: 'SAMPLE_TOO_SMALL',
        message: expect.stringMatching(/at least 75 rows for INT8_STATIC.*got 10 \(10 rows of a file\)/),
      }),
    );
    expect(() => checkRows(75, 'INT8_STATIC', '')).not.toThrow();
    expect(fewestRows('DISTILL')).toBe(150);
    expect(() => checkRows(19, 'FP16', '', { measures: true })).toThrow(/at least 20 rows to measure on/);
  });
});

describe('what is tried', () => {
  const about = { operators: NETWORK, rows: 500 };

  it('is the one thing that is asked for', () => {
    expect(planCandidates('PRUNE_STRUCTURED', { ratio: 0.5 }, about)).toEqual([
      {
        name: 'PRUNE_STRUCTURED ratio=0.5',
        steps: [{ method: 'PRUNE_STRUCTURED', settings: { ratio: 0.5 } }],
      },
    ]);
  });

  it('is, of a search, what applies, each under a name of its own, and combinations', () => {
    const names = planCandidates('AUTO', {}, about).map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
    expect(names).toContain('PRUNE_STRUCTURED ratio=0.5 + INT8_STATIC');
    expect(planCandidates('AUTO', { methods: ['FP16'] }, about).map(({ name }) => name)).toEqual(['FP16']);
    const ofTrees = planCandidates('AUTO', {}, { operators: TREES, rows: 100 }).map(
      ({ steps }) => steps[0]?.method,
    );
    // A hundred rows are too few to teach.
    expect(new Set(ofTrees)).toEqual(new Set(['PRUNE_STRUCTURED']));
  });

  it('is said by its relation, and done in an environment of its own', () => {
    const steps = (...methods: ('INT8_STATIC' | 'PRUNE_STRUCTURED' | 'DISTILL')[]) =>
      methods.map((method) => ({ method, settings: {} }));
    expect(relationOf(steps('INT8_STATIC'))).toBe('QUANTIZED');
    expect(relationOf(steps('PRUNE_STRUCTURED', 'INT8_STATIC'))).toBe('PRUNED');
    expect(relationOf(steps('DISTILL', 'INT8_STATIC'))).toBe('DISTILLED');
    expect([environmentOf('DISTILL'), environmentOf('FP16')]).toEqual(['sklearn', 'onnxruntime']);
  });
});
