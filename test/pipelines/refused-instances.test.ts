import { afterAll, describe, expect, it } from '@jest/globals';
import { RunnerLost } from '../../src/runtime/index.js';
import { type Signature } from '../../src/tensors/index.js';
import { InstanceReader, MoleculeWorker, parsePipeline } from '../../src/pipelines/index.js';
import { PipelineRunner, type Infer } from '../../src/predictions/index.js';
import { rowsGiven } from '../../src/predictions/rows-given.js';
import { DomainError, type ErrorCode } from '../../src/platform/errors.js';
import { signature } from './signatures.js';

const molecules = new MoleculeWorker();
const runner = new PipelineRunner({ instances: new InstanceReader({ molecules }) });
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

  it('fails the request when the model is gone', async () => {
    await expect(runner.predict(pipeline, nuclides, refusing('UNAVAILABLE'))).rejects.toMatchObject({ code: 'UNAVAILABLE' }); // prettier-ignore
  });
});

describe('an instance that spoils the run it shares', () => {
  const rows = { independence: 'PROVEN', reason: null } as const;
  const many = Array.from({ length: 100 }, (_, index) => ({ z: 80, n: 90 + index }));

  /** Refuses every run with a nucleus of one of these numbers of nucleons; keeps count of the runs by their rows. */
  const spoiltBy = (bad: readonly number[], error: () => Error, runs: number[] = []): Infer => {
    return (inputs) => {
      const data = Array.from(inputs[0]?.data as BigInt64Array, Number);
      runs.push(data.length);
      return data.some((a) => bad.includes(a))
        ? Promise.reject(error())
        : Promise.resolve(inputs.map((tensor) => ({ ...tensor, name: 'y' })));
    };
  };
  const refusal = (code: ErrorCode) => () => new DomainError(code, 'It would not take it.');

  it.each([{ bad: [170] }, { bad: [269] }, { bad: [200, 201, 240] }])(
    'is found by halves: its neighbours have their values ($bad)',
    async ({ bad }) => {
      const runs: number[] = [];
      const predictions = await runner.predict(pipeline, many, spoiltBy(bad, refusal('RUN_FAILED'), runs), { rows }); // prettier-ignore
      for (const [index, { value, error }] of predictions.entries()) {
        const a = 170 + index;
        if (bad.includes(a)) expect(error).toEqual({ code: 'RUN_FAILED', message: 'It would not take it.' });
        else expect({ value, error }).toEqual({ value: a, error: null });
      }
      expect(runs[0]).toBe(100);
      expect(runs.length).toBeLessThanOrEqual(1 + 2 * bad.length * Math.ceil(Math.log2(100)));
    },
  );

  it('is all of them where the model refuses everything', async () => {
    const everything = many.map(({ z, n }) => z + n);
    const predictions = await runner.predict(pipeline, many, spoiltBy(everything, refusal('MODEL_OUT_OF_MEMORY')), { rows }); // prettier-ignore
    expect(new Set(predictions.map(({ error }) => error?.code))).toEqual(new Set(['MODEL_OUT_OF_MEMORY']));
  });

  it('is not looked for once the request is over', async () => {
    const runs: number[] = [];
    const over = new AbortController();
    const reason = new DomainError('DEADLINE_EXCEEDED', 'No answer within 1 ms.');
    const infer = spoiltBy([170], () => (over.abort(reason), refusal('RUN_FAILED')()), runs);
    await expect(runner.predict(pipeline, many, infer, { rows, signal: over.signal })).rejects.toBe(reason);
    expect(runs).toEqual([100]);
  });

  it.each([
    { why: 'ended its process', error: () => new RunnerLost('Too long', { end: 'TOO_LONG', atWork: true, code: 'RUN_TOO_LONG' }) }, // prettier-ignore
    { why: 'found the model gone', error: refusal('UNAVAILABLE') },
    { why: 'answered too much', error: refusal('INVALID_ARGUMENT') },
  ])('is not looked for by runs that might do again what $why', async ({ error }) => {
    const runs: number[] = [];
    const failure = error();
    await expect(runner.predict(pipeline, many, spoiltBy([170], () => failure, runs), { rows })).rejects.toBe(failure); // prettier-ignore
    expect(runs).toEqual([100]);
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
