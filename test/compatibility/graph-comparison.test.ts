import { describe, expect, it } from '@jest/globals';
import { comparePipelines } from '../../src/compatibility/index.js';
import { parsePipeline, type Pipeline } from '../../src/pipelines/index.js';
import { signature } from '../pipelines/signatures.js';

const graph = signature({ x: ['FP32', [-1, 1]] }, { y: ['FP32', [-1]] });
const number = { kind: 'number', unit: 'K', range: { min: 0, max: 10 } };
const record = (instance: object, of = 't'): Pipeline =>
  parsePipeline({ format: 2, instance, inputs: { x: { of } }, outputs: { y: { unit: 'K' } } }, graph);
const breaking = (base: Pipeline, target: Pipeline) =>
  comparePipelines(base, target)
    .differences.filter(({ severity }) => severity === 'BREAKING')
    .map(({ path }) => path);

describe('pipelines of format 2, compared', () => {
  it.each<[what: string, instance: object, broken: string[]]>([
    ['a field that may be left out', { t: number, p: { kind: 'boolean', missing: { use: false } } }, []],
    ['a field that is needed', { t: number, p: { kind: 'boolean' } }, ['instance.p']],
    ['another unit', { t: { ...number, unit: 'degC' } }, ['instance.t.unit']],
    ['a narrower range', { t: { ...number, range: { min: 1, max: 10 } } }, ['instance.t.range.min']],
    ['a wider range', { t: { ...number, range: { min: -1, max: 20 } } }, []],
    ['a value for a missing field', { t: { ...number, missing: { use: 1 } } }, []],
    ['a description', { t: { ...number, description: 'Hot.' } }, []],
  ])('%s', (_, instance, broken) => {
    expect(breaking(record({ t: number }), record(instance))).toEqual(broken);
  });

  it('breaks who leaves out what is needed now, and who names what is gone', () => {
    const optional = record({ t: { ...number, missing: { use: 1 } } });
    expect(breaking(optional, record({ t: number }))).toEqual(['instance.t.missing']);
    expect(breaking(record({ t: number, u: { kind: 'boolean' } }), record({ t: number }))).toEqual([
      'instance.u',
    ]);
  });

  it('takes the instances of format 1 where its one field is of the same kind', () => {
    const names = ['MolWt'];
    const chain = parsePipeline(
      {
        format: 1,
        instance: { kind: 'molecule' },
        inputs: { x: { unit: 'g/mol', steps: [{ step: 'descriptors', names }] } },
        outputs: { y: { unit: 'K' } },
      },
      graph,
    );
    const steps = { d: { step: 'descriptors', of: 'smiles', names }, s: { step: 'log', of: 'd' } };
    const of = (instance: object) =>
      parsePipeline(
        { format: 2, instance, steps, inputs: { x: { of: 's', unit: '1' } }, outputs: { y: { unit: 'K' } } },
        graph,
      );
    expect(breaking(chain, of({ smiles: { kind: 'molecule' } }))).toEqual([]);
    const two = of({ smiles: { kind: 'molecule' }, t: { kind: 'number' } });
    expect(breaking(chain, two).length).toBeGreaterThan(0);
  });
});
