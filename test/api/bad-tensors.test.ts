import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { anyDatabaseKind } from '../support/databases.js';
import { startTestApp, type TestApp } from '../support/test-app.js';
import { refusal, succeed } from './support/ask.js';
import { IN_THREAD, INFER, scale, serve, type Inferred } from './support/catalog-steps.js';
import { COPIED_TYPES, copyingModel, scalingModel, type CopiedType } from './support/own-models.js';

describe.each(anyDatabaseKind)('tensors that do not fit, %s database', (kind) => {
  let app: TestApp;
  beforeAll(async () => {
    app = await startTestApp({ kind });
    await serve(app, 'scaling', scalingModel(2));
    for (const datatype of COPIED_TYPES)
      await serve(app, datatype.toLowerCase(), copyingModel(datatype), IN_THREAD);
  });
  afterAll(() => app.close());
  // Whatever was refused, the next honest request is answered.
  afterEach(async () => {
    expect(await scale(app, { deployment: 'scaling' }, [1, 2, 3, 4])).toEqual([2, 4, 6, 8]);
  });

  const x = (more: object = {}) => ({
    name: 'x',
    datatype: 'FP32',
    shape: [1, 4],
    data: [1, 2, 3, 4],
    ...more,
  });
  const copy = (datatype: CopiedType, values: readonly unknown[]) => ({
    deployment: datatype.toLowerCase(),
    inputs: [{ name: 'x', datatype, shape: [values.length], data: values }],
  });

  it.each([
    { problem: 'missing', inputs: [], message: 'Missing input "x" (FP32 [-1,4])' },
    {
      problem: 'extra',
      inputs: [x(), x({ name: 'z' })],
      message: 'Unknown input "z": expected "x" (FP32 [-1,4])',
    },
    { problem: 'sent twice', inputs: [x(), x()], message: 'Input "x" came twice: send each input once' },
    {
      problem: 'of another datatype',
      inputs: [x({ datatype: 'FP64' })],
      message: 'Input "x": expected datatype FP32, got FP64',
    },
    {
      problem: 'of another shape',
      inputs: [x({ shape: [1, 3], data: [1, 2, 3] })],
      message: 'Input "x": expected shape [-1,4], got [1,3]',
    },
    {
      problem: 'of another rank',
      inputs: [x({ shape: [4] })],
      message: 'Input "x": expected shape [-1,4], got [4]',
    },
    {
      problem: 'shorter than its shape',
      inputs: [x({ data: [1, 2, 3] })],
      message: 'Input "x": shape [1,4] holds 4 values, got 3',
    },
    {
      problem: 'longer than its shape',
      inputs: [x({ data: [1, 2, 3, 4, 5] })],
      message: 'Input "x": shape [1,4] holds 4 values, got 5',
    },
    {
      problem: 'nested otherwise than its shape',
      inputs: [
        x({
          data: [
            [1, 2],
            [3, 4],
          ],
        }),
      ],
      message: 'Input "x": shape [1,4] needs 1 entries in data, got 2',
    },
    {
      problem: 'base64 of another length',
      inputs: [x({ data: 'AAAAAAAA' })],
      message: 'Input "x": shape [1,4]',
    },
    { problem: 'no base64 at all', inputs: [x({ data: '!!!!' })], message: 'base64' },
    { problem: 'null in a row', inputs: [x({ data: [1, null, 3, 4] })], message: 'at index 1, got null' },
    { problem: 'text in a row', inputs: [x({ data: [1, 'two', 3, 4] })], message: 'at index 1, got "two"' },
    { problem: 'of a negative size', inputs: [x({ shape: [-1, 4] })], message: 'got -1 at dimension 0' },
    {
      problem: 'of a vast size',
      inputs: [x({ shape: [1_000_000, 1_000_000] })],
      message: 'larger than 2147483647 elements',
    },
  ])('one that is $problem', async ({ inputs, message }) => {
    expect(await refusal(app, INFER, { input: { deployment: 'scaling', inputs } })).toEqual({
      code: 'INVALID_TENSOR',
      field: expect.arrayContaining(['inputs']),
      message: expect.stringContaining(message),
    });
  });

  it('an output the graph does not have', async () => {
    const input = { deployment: 'scaling', inputs: [x()], outputs: ['q'] };
    expect(await refusal(app, INFER, { input })).toMatchObject({
      code: 'INVALID_TENSOR',
      field: ['outputs', '0'],
      message: 'Unknown output "q": expected "y" (FP32 [-1,4])',
    });
  });

  it('a number JSON cannot hold, spelt as JSON spells it', async () => {
    const body = JSON.stringify({
      query: INFER,
      variables: { input: { deployment: 'scaling', inputs: [x({ data: 'here' })] } },
    });
    const response = await fetch(`${app.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: body.replace('"here"', '[1,1e999,3,4]'),
    });
    expect(await response.json()).toMatchObject({
      data: {
        infer: {
          userErrors: [
            {
              code: 'INVALID_TENSOR',
              message: expect.stringContaining('expected a finite number at index 1'),
            },
          ],
        },
      },
    });
  });

  it('takes non-finite numbers that are meant, and gives them back', async () => {
    const { outputs } = await succeed<Inferred>(app, INFER, {
      input: copy('FP32', ['NaN', 'Infinity', '-Infinity', 0]),
    });
    expect(outputs[0]?.data).toEqual(['NaN', 'Infinity', '-Infinity', 0]);
    expect(await refusal(app, INFER, { input: copy('INT32', ['NaN']) })).toMatchObject({
      code: 'INVALID_TENSOR',
    });
  });

  const extremes: {
    datatype: CopiedType;
    least: number | string;
    greatest: number | string;
    beyond: unknown[];
    says: string;
  }[] = [
    {
      datatype: 'INT8',
      least: -128,
      greatest: 127,
      beyond: [128, -129],
      says: 'is outside INT8 (-128 to 127)',
    },
    { datatype: 'UINT8', least: 0, greatest: 255, beyond: [256, -1], says: 'is outside UINT8 (0 to 255)' },
    { datatype: 'INT16', least: -32768, greatest: 32767, beyond: [32768, -32769], says: 'is outside INT16' },
    { datatype: 'UINT16', least: 0, greatest: 65535, beyond: [65536, -1], says: 'is outside UINT16' },
    {
      datatype: 'INT32',
      least: -2147483648,
      greatest: 2147483647,
      beyond: [2147483648, -2147483649],
      says: 'is outside INT32',
    },
    {
      datatype: 'UINT32',
      least: 0,
      greatest: 4294967295,
      beyond: [4294967296, -1],
      says: 'is outside UINT32',
    },
    {
      datatype: 'INT64',
      least: '-9223372036854775808',
      greatest: '9223372036854775807',
      beyond: ['9223372036854775808', '-9223372036854775809'],
      says: 'is outside INT64',
    },
    {
      datatype: 'UINT64',
      least: 0,
      greatest: '18446744073709551615',
      beyond: ['18446744073709551616', -1],
      says: 'is outside UINT64',
    },
    {
      datatype: 'FP16',
      least: -65504,
      greatest: 65504,
      beyond: [70000, -70000],
      says: 'is outside FP16 (-65504 to 65504)',
    },
    {
      datatype: 'FP32',
      least: -3.4028235e38,
      greatest: 3.4028235e38,
      beyond: [1e39, -1e39],
      says: 'is outside FP32',
    },
    {
      datatype: 'FP64',
      least: -Number.MAX_VALUE,
      greatest: Number.MAX_VALUE,
      beyond: [Infinity],
      says: 'expected a number',
    },
  ];

  it.each(extremes)(
    'numbers too large for $datatype, and none within it',
    async ({ datatype, least, greatest, beyond, says }) => {
      const { outputs } = await succeed<Inferred>(app, INFER, { input: copy(datatype, [least, greatest]) });
      expect(outputs[0]).toEqual({ name: 'y', datatype, shape: [2], data: [least, greatest] });
      for (const value of beyond) {
        expect(await refusal(app, INFER, { input: copy(datatype, [value]) })).toMatchObject({
          code: 'INVALID_TENSOR',
          message: expect.stringContaining(says),
        });
      }
    },
  );

  it('an integer beyond 2^53 as a JSON number, which would have lost digits', async () => {
    expect(await refusal(app, INFER, { input: copy('INT64', [2 ** 53]) })).toMatchObject({
      code: 'INVALID_TENSOR',
      message: expect.stringContaining('send it as a string'),
    });
  });

  it('fractions for integers, numbers for booleans', async () => {
    expect(await refusal(app, INFER, { input: copy('INT32', [1.5]) })).toMatchObject({
      message: expect.stringContaining('expected a whole number at index 0 for INT32, got 1.5'),
    });
    expect(await refusal(app, INFER, { input: copy('BOOL', [2]) })).toMatchObject({
      message: expect.stringContaining('expected true, false, 0 or 1 at index 0, got 2'),
    });
    const { outputs } = await succeed<Inferred>(app, INFER, { input: copy('BOOL', [true, 0]) });
    expect(outputs[0]?.data).toEqual([true, false]);
  });

  it('an unknown datatype, by name', async () => {
    const { errors } = await app.graphql(INFER, {
      input: { deployment: 'scaling', inputs: [x({ datatype: 'FLOAT' })] },
    });
    expect(errors).toHaveLength(1);
    expect(errors?.[0]?.message).toMatch(/"FLOAT".*DataType/);
  });

  it.each([
    { target: {}, got: 'neither' },
    { target: { deployment: 'scaling', version: 'scaling@1' }, got: 'both' },
  ])('a request for $got of deployment and version', async ({ target, got }) => {
    expect(await refusal(app, INFER, { input: { ...target, inputs: [x()] } })).toMatchObject({
      code: 'INVALID_ARGUMENT',
      message: expect.stringMatching(new RegExp(`exactly one of deployment .* and version .*, got ${got}`)),
    });
  });

  it('a deadline that is none', async () => {
    expect(
      await refusal(app, INFER, { input: { deployment: 'scaling', inputs: [x()], deadlineMs: 0 } }),
    ).toMatchObject({
      code: 'INVALID_ARGUMENT',
      field: ['deadlineMs'],
      message: 'Expected deadlineMs from 1 to 600000, got 0.',
    });
  });
});
