import { describe, expect, it, jest } from '@jest/globals';
import type { ExampleRecord, VersionRecord } from '../../../src/catalog/index.js';
import { WarmUp } from '../../../src/deployments/harness/warm-up.js';
import type { LoadedModel } from '../../../src/runtime/index.js';
import type { Tensor } from '../../../src/tensors/index.js';
import { DomainError } from '../../../src/platform/errors.js';

const version = {
  id: '1',
  signature: { inputs: [{ name: 'x', datatype: 'FP32', shape: [-1, 2] }], outputs: [] },
} as unknown as VersionRecord;
const tensor = (...values: number[]): Tensor => ({
  name: 'x',
  datatype: 'FP32',
  shape: [1, 2],
  data: Float32Array.from(values),
});
const example = (content: unknown) => ({ versionId: '1', content }) as ExampleRecord;

/** A model that notes what it is asked, and refuses 7. */
function warmUp(examples: readonly ExampleRecord[] | Error) {
  const asked: number[][] = [];
  const model = {
    run: ([input]: Tensor[]) => {
      const values = Array.from(input?.data as Float32Array);
      asked.push(values);
      return values[0] === 7
        ? Promise.reject(new DomainError('RUN_FAILED', 'no 7'))
        : Promise.resolve({ outputs: [], inferMs: 0 });
    },
  } as unknown as LoadedModel;
  const predict = jest.fn(async (_version: unknown, instances: readonly unknown[], run: (inputs: Tensor[]) => Promise<Tensor[]>) => {
    for (const instance of instances) await run([tensor(Number(instance), 0)]);
  }); // prettier-ignore
  const catalog = {
    examplesOfVersions: () =>
      examples instanceof Error ? Promise.reject(examples) : Promise.resolve([...examples]),
  };
  return {
    asked,
    run: () => new WarmUp(catalog, { start: () => Promise.resolve(), predict }).model(model, version),
  };
}

describe('a model warms up', () => {
  it('on the examples its publisher shows, and keeps them whole', async () => {
    const shown = tensor(3, 4);
    const { asked, run } = warmUp([example({ kind: 'TENSORS', inputs: [shown], expected: [] })]);
    expect(await run()).toBeNull();
    expect(asked).toEqual([[3, 4]]);
    expect(shown.data).toHaveLength(2);
  });

  it('on instances, through the pipeline', async () => {
    const { asked, run } = warmUp([example({ kind: 'INSTANCE', instance: 5, expected: null })]);
    expect(await run()).toBeNull();
    expect(asked).toEqual([[5, 0]]);
  });

  it.each([
    ['there are no examples', [], []],
    ['it refuses its examples', [example({ kind: 'INSTANCE', instance: 7, expected: null })], [[7, 0]]],
    ['the database is away', new Error('away'), []],
  ])('on made-up inputs where %s', async (_name, examples, before) => {
    const { asked, run } = warmUp(examples);
    expect(await run()).toBeNull();
    expect(asked).toEqual([...before, [1, 1]]);
  });
});
