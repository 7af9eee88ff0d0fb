import { describe, expect, it } from '@jest/globals';
import { instanceArgument, readInstances } from '../../cli/predict/instances.js';

describe('instances', () => {
  it.each([
    ['CCO', 'CCO'],
    ['[Na+].[Cl-]', '[Na+].[Cl-]'],
    ['{"z": 26, "n": 30}', { z: 26, n: 30 }],
    ['[1, 2]', [1, 2]],
    ['"quoted"', 'quoted'],
    ['26', '26'],
  ])('on the command line: %s', (text, instance) => expect(instanceArgument(text)).toEqual(instance));

  it.each([
    ['a.csv', '\uFEFFz,n\r\n26,30\r\n\r\n8,\r\n', [{ z: 26, n: 30 }, { z: 8 }]],
    ['a.csv', 'smiles,id\n"C(C)O",007\n', [{ smiles: 'C(C)O', id: '007' }]],
    ['a.csv', 'note,x\n"two, three",-1.5e3\n', [{ note: 'two, three', x: -1500 }]],
    ['a.jsonl', '{"z": 1}\n\n"CCO"\n', [{ z: 1 }, 'CCO']],
    ['a.json', '[{"z": 1}, 2]', [{ z: 1 }, 2]],
    ['a.json', '{"z": 1}', [{ z: 1 }]],
    ['a.smi', 'CCO\n[Na+].[Cl-]\n', ['CCO', '[Na+].[Cl-]']],
    ['stdin', 'CCO\nCCC\n', ['CCO', 'CCC']],
    ['stdin', 'z,n\n1,2\n', [{ z: 1, n: 2 }]],
    ['stdin', '{"z": 1}\n', [{ z: 1 }]],
    ['stdin', '', []],
  ])('in %s: %j', (name, content, instances) => {
    expect(readInstances(content, name, undefined)).toEqual(instances);
  });

  it('says which line is wrong', () => {
    expect(() => readInstances('{"z": 1}\n{"z": \n', 'a.jsonl', undefined)).toThrow(
      /a\.jsonl, line 2 is not JSON/,
    );
    expect(() => readInstances('a,b\n1,2,3\n', 'a.csv', undefined)).toThrow(
      /a\.csv is not a CSV table.*line 2/,
    );
    expect(() => readInstances('[1', 'a.json', undefined)).toThrow(/a\.json is not JSON/);
  });

  it('takes the format over the name', () => {
    expect(readInstances('CCO\n', 'a.csv', 'text')).toEqual(['CCO']);
  });
});
