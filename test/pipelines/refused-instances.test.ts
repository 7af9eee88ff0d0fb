import { afterAll, describe, expect, it } from '@jest/globals';
import type { Signature } from '../../src/onnx/index.js';
import { MoleculeWorker, parsePipeline, PipelineRunner, type Infer } from '../../src/pipelines/index.js';
import { rowsGiven } from '../../src/pipelines/rows-given.js';
import { DomainError, type ErrorCode } from '../../src/platform/errors.js';
import { signature } from './signatures.js';

const molecules = new MoleculeWorker();
const runner = new PipelineRunner({ molecules });
afterAll(() => molecules.close());

const graph = signature({ a: ['INT64', [-1]] }, { y: ['INT64', [-1]] });
const declared = {
  format: 1,
  instance: { kind: 'nuclide' },
  inputs: { a: { unit: '1', steps: [{ step: 'field', field: 'a' }] } },
  outputs: { y: { unit: 'u' } },
};
const pipeline = parsePipeline(declared, graph);
const nuclides = [1, 2, 3].map((z) => ({ z, n: z }));

/** Refuses the nuclide of four nucleons, alone or among others. */
const refusing =
  (code: ErrorCode): Infer =>
  (inputs) => {
    const [input] = inputs;
    return Array.from(input?.data as BigInt64Array).includes(4n)
      ? Promise.reject(new DomainError(code, 'It would not take four.'))
      : Promise.resolve(inputs.map((tensor) => ({ ...tensor, name: 'y' })));
  };

describe('an instance whose own run the graph refuses', () => {
  it.each(['RUN_FAILED', 'RUN_TOO_LONG', 'MODEL_OUT_OF_MEMORY'] as const)(
    'has %s as its error, and its neighbours their values',
    async (code) => {
      const predictions = await runner.predict(pipeline, nuclides, refusing(code));
      expect(predictions.map(({ value }) => value)).toEqual([2, null, 6]);
      expect(predictions.map(({ error }) => error)).toEqual([null, { code, message: 'It would not take four.' }, null]); // prettier-ignore
    },
  );

  it('fails the request when it is the only one', async () => {
    await expect(runner.predict(pipeline, nuclides.slice(1, 2), refusing('RUN_FAILED'))).rejects.toMatchObject({ code: 'RUN_FAILED' }); // prettier-ignore
  });

  it('fails the request when all share a run', async () => {
    const rows = { independence: 'PROVEN', reason: null } as const;
    await expect(runner.predict(pipeline, nuclides, refusing('RUN_FAILED'), { rows })).rejects.toMatchObject({ code: 'RUN_FAILED' }); // prettier-ignore
  });

  it('fails the request when the model is gone', async () => {
    await expect(runner.predict(pipeline, nuclides, refusing('UNAVAILABLE'))).rejects.toMatchObject({ code: 'UNAVAILABLE' }); // prettier-ignore
  });
});

describe('what is known of rows under a pipeline', () => {
  const proven = { independence: 'PROVEN', reason: null } as const;
  const optional: Signature = { ...graph, inputs: graph.inputs.map((spec) => ({ ...spec, default: { datatype: 'INT64', shape: [1], data: '' } })) }; // prettier-ignore

  it('is what the graph shows, where it fills no optional input', () => {
    expect(rowsGiven(pipeline, graph, proven)).toBe(proven);
    expect(rowsGiven({ ...pipeline, inputs: {} }, optional, proven)).toBe(proven);
  });

  it('is nothing where it fills one: the graph was followed with the value it keeps', () => {
    expect(rowsGiven(pipeline, optional, proven)).toEqual({
      independence: 'UNPROVEN',
      reason: expect.stringContaining('optional input "a"'),
    });
  });

  it('stays refuted', () => {
    const refuted = { independence: 'REFUTED', reason: 'on trial' } as const;
    expect(rowsGiven(pipeline, optional, refuted)).toBe(refuted);
  });
});
