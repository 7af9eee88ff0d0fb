import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { parseNewPipeline, parsePipeline } from '../../src/pipelines/index.js';
import { DomainError } from '../../src/platform/errors.js';
import { signature } from './signatures.js';

const graph = signature({ features: ['FP32', [-1, 3]] }, { log_bb: ['FP32', [-1, 1]] });

function faultsOf(pipeline: unknown, parse = parseNewPipeline): [string, string][] {
  try {
    parse(pipeline, graph);
    return [];
  } catch (error) {
    if (!(error instanceof DomainError)) throw error;
    return [error, ...error.also].map(({ field = [], message }) => [field.join('.'), message]);
  }
}

const declared = (unit: unknown, steps: unknown) => ({
  format: 1,
  instance: { kind: 'molecule' },
  inputs: { features: { unit, steps } },
  outputs: { log_bb: { unit: '1' } },
});
const names = ['tpsa', 'MolLogP', 'MolWt'];

describe('what is wrong with a pipeline', () => {
  it('is said all at once, each with its path: in what is written', () => {
    const faults = faultsOf({
      format: 2,
      instance: { kind: 'molecul' },
      inputs: { features: { steps: [{ step: 'descriptors', names: ['logP', 'tpsa'] }] } },
      outputs: { log_bb: { unit: '' } },
    });
    expect(faults.map(([path]) => path).sort()).toEqual([
      'pipeline.format',
      'pipeline.inputs.features.steps.0.names.0',
      'pipeline.inputs.features.unit',
      'pipeline.instance.kind',
      'pipeline.outputs.log_bb.unit',
    ]);
  });

  it('is said all at once, each with its path: in what does not fit the graph', () => {
    const faults = faultsOf({
      format: 1,
      instance: { kind: 'molecule' },
      inputs: {
        features: {
          unit: ['1', '1'],
          steps: [
            { step: 'descriptors', names: ['tpsa'] },
            { step: 'standardize', mean: [1, 2], scale: 0 },
            { step: 'clip' },
          ],
        },
        gone: { unit: '1', steps: [{ step: 'descriptors', names: ['tpsa'] }] },
      },
      outputs: { log_bb: { unit: '1' } },
      result: { a: { output: 'nothing' }, b: { output: 'log_bb', steps: [{ step: 'power' }] } },
      domain: { source: 'x', ranges: { logP: { min: 0 }, tpsa: { min: 2, max: 1 } } },
    });
    expect(faults.map(([path]) => path)).toEqual([
      'pipeline.inputs.gone',
      'pipeline.inputs.features.steps',
      'pipeline.inputs.features.steps.1.mean',
      'pipeline.inputs.features.steps.2',
      'pipeline.inputs.features.unit',
      'pipeline.domain.ranges.logP',
      'pipeline.domain.ranges.tpsa',
      'pipeline.result.a.output',
      'pipeline.result.b.unit',
    ]);
  });
});

describe("a declared unit that is not the quantity's own", () => {
  it.each([
    [['g/mol', '1', '1'], 'pipeline.inputs.features.unit.0', /tpsa has the unit "Å\^2", got "g\/mol"/],
    [['Å^2', 'g/mol', 'g/mol'], 'pipeline.inputs.features.unit.1', /MolLogP has the unit "1", got "g\/mol"/],
    [
      '1',
      'pipeline.inputs.features.unit',
      /tpsa has the unit "Å\^2", got "1"; give a list, one unit a column/,
    ],
  ])('is refused when it is published: %j', (unit, path, message) => {
    expect(faultsOf(declared(unit, [{ step: 'descriptors', names }]))[0]).toEqual([
      path,
      expect.stringMatching(message),
    ]);
  });

  it.each([[['Å^2', '1', 'g/mol']], [['Å²', '1', 'Da']], [['A^2', 'dimensionless', 'g/mol']]])(
    'its own is taken, however it is spelt: %j',
    (unit) => {
      expect(faultsOf(declared(unit, [{ step: 'descriptors', names }]))).toEqual([]);
    },
  );

  it('is not known behind a step that changes what the number means, and is left as it was published', () => {
    const steps = [
      { step: 'descriptors', names },
      { step: 'standardize', mean: 1, scale: 2 },
    ];
    expect(faultsOf(declared('1', steps))).toEqual([]);
    expect(faultsOf(declared('1', [{ step: 'descriptors', names }]), parsePipeline)).toEqual([]);
  });
});

describe('docs/pipelines.md', () => {
  it('has a worked example that is a pipeline', () => {
    const [, example = ''] = /```json\n([\s\S]*?)```/.exec(readFileSync('docs/pipelines.md', 'utf8')) ?? [];
    expect(faultsOf(JSON.parse(example))).toEqual([]);
  });
});
