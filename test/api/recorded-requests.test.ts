import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { databaseKinds } from '../support/databases.js';
import { startTestApp, type TestApp } from '../support/test-app.js';
import { ask, onlyError, refusal, succeed } from './support/ask.js';
import { DEPLOY, deploy, publish, register, scale } from './support/catalog-steps.js';
import { scalingModel } from './support/own-models.js';
import { until } from './support/serving-steps.js';

const RECORDED = /* GraphQL */ `
  query ($name: String!, $first: Int, $after: String) {
    deployment(name: $name) {
      recording {
        sampleRate
        maxRequests
        maxRequestBytes
        maxBytes
      }
      recordedRequests(first: $first, after: $after) {
        totalCount
        pageInfo {
          hasNextPage
          endCursor
        }
        edges {
          node {
            operation
            rows
            bytes
            version {
              ref
            }
            instances
            inputs {
              name
              datatype
              shape
              data
            }
          }
        }
      }
    }
  }
`;
const UPDATE = /* GraphQL */ `
  mutation ($input: UpdateDeploymentInput!) {
    updateDeployment(input: $input) {
      deployment {
        revision {
          number
        }
      }
      userErrors {
        field
        code
        message
      }
    }
  }
`;
const OUTPUTS = /* GraphQL */ `
  query ($base: String!, $target: String!, $sample: ComparisonSampleInput) {
    compareVersions(base: $base, target: $target) {
      outputs(sample: $sample) {
        sample {
          source
          description
          rows
          parts {
            origin
            firstRow
            rows
          }
        }
        answeredRows
        outputs {
          name
          expectation {
            rows
          }
          differences {
            absolute {
              largest
            }
            rows {
              row
              instance
              origin
              base
              target
              expected
            }
          }
        }
      }
    }
  }
`;

interface Recorded {
  readonly recording: object | null;
  readonly recordedRequests: {
    readonly totalCount: number;
    readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string };
    readonly edges: readonly {
      readonly node: {
        readonly operation: string;
        readonly rows: number;
        readonly bytes: number;
        readonly version: { readonly ref: string };
        readonly instances: readonly unknown[] | null;
        readonly inputs: readonly { readonly shape: readonly number[]; readonly data: unknown }[] | null;
      };
    }[];
  };
}

describe.each(databaseKinds)('recorded requests, %s database', (kind) => {
  let app: TestApp;
  beforeAll(async () => {
    app = await startTestApp({ kind, examples: true });
    await register(app, 'scaling');
    for (const factor of [2, 3]) await publish(app, 'scaling', scalingModel(factor));
  });
  afterAll(() => app.close());

  const recorded = async (name: string, page: object = {}) =>
    (await ask<{ deployment: Recorded }>(app, RECORDED, { name, ...page })).deployment;
  const requests = async (name: string) =>
    (await recorded(name)).recordedRequests.edges.map(({ node }) => node);
  const several = (name: string, count: number) =>
    until(
      () => recorded(name),
      ({ recordedRequests }) => recordedRequests.totalCount >= count,
    );
  const predict = (name: string, instances: readonly unknown[]) =>
    succeed<{ predictions: { error: object | null }[] }>(
      app,
      'mutation ($input: PredictInput!) { predict(input: $input) { predictions { value error { code } } userErrors { code message } } }',
      { input: { deployment: name, instances } },
    );
  const serve = (name: string, version: string, recording: object | null) =>
    deploy(app, name, version, { runtime: { isolation: 'THREAD' }, recording });
  const outputs = async (base: string, target: string, sample: object) => {
    const answer = await ask<{ compareVersions: { outputs: Record<string, unknown> } }>(app, OUTPUTS, {
      base,
      target,
      sample,
    });
    return answer.compareVersions.outputs;
  };

  it('are none unless a deployment is told to, by default', async () => {
    await serve('silent', 'scaling@1', null);
    expect(await scale(app, { deployment: 'silent' }, [1, 2, 3, 4])).toEqual([2, 4, 6, 8]);
    expect(await recorded('silent')).toMatchObject({
      recording: null,
      recordedRequests: { totalCount: 0, edges: [] },
    });
    const refused = onlyError(
      await app.graphql(OUTPUTS, {
        base: 'scaling@1',
        target: 'scaling@2',
        sample: { recorded: { deployment: 'silent' } },
      }),
    );
    expect(refused).toMatchObject({
      code: 'EMPTY_SAMPLE',
      message: expect.stringContaining(
        'Switch it on with updateDeployment(input: {name: "silent", recording: {sampleRate: 1}})',
      ),
    });
    // Else it would answer for the version it serves in what follows.
    await succeed(app, 'mutation { undeploy(input: { name: "silent" }) { userErrors { code message } } }');
  });

  it('hold what was sent, by every protocol, newest first, and nothing that was refused', async () => {
    await serve('heard', 'scaling@1', { sampleRate: 1 });
    expect((await recorded('heard')).recording).toEqual({
      sampleRate: 1,
      maxRequests: 1_000,
      maxRequestBytes: 65_536,
      maxBytes: 16_777_216,
    });
    const post = async (path: string, body: object) => {
      const response = await fetch(`${app.url}${path}`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(body),
      });
      expect(response.status).toBe(200);
      await response.arrayBuffer();
    };
    await scale(app, { deployment: 'heard' }, [1, 2, 3, 4]);
    await expect(scale(app, { deployment: 'heard' }, [1, 2, 3])).rejects.toThrow('refused');
    // Served by this deployment all the same.
    await scale(app, { version: 'scaling@1' }, [5, 6, 7, 8]);
    await post('/v2/models/heard/infer', {
      inputs: [{ name: 'x', datatype: 'FP32', shape: [1, 4], data: [0.5, 0, 0, -1] }],
    });
    await post('/v1/models/heard:predict', {
      instances: [
        [9, 9, 9, 9],
        [8, 8, 8, 8],
      ],
    });
    await several('heard', 4);
    expect(await requests('heard')).toMatchObject(
      [
        { shape: [2, 4], data: [9, 9, 9, 9, 8, 8, 8, 8] },
        { shape: [1, 4], data: [0.5, 0, 0, -1] },
        { shape: [1, 4], data: [5, 6, 7, 8] },
        { shape: [1, 4], data: [1, 2, 3, 4] },
      ].map((tensor) => ({
        operation: 'INFER',
        rows: tensor.shape[0],
        version: { ref: 'scaling@1' },
        instances: null,
        inputs: [{ name: 'x', datatype: 'FP32', ...tensor }],
      })),
    );
    const page = await recorded('heard', { first: 3 });
    expect(page.recordedRequests.pageInfo.hasNextPage).toBe(true);
    const rest = await recorded('heard', { after: page.recordedRequests.pageInfo.endCursor });
    expect(rest.recordedRequests.edges).toHaveLength(1);
  });

  it('are rows to compare versions on, newest first', async () => {
    const found = await outputs('scaling@1', 'scaling@2', { recorded: { deployment: 'heard', take: 2 } });
    expect(found).toMatchObject({
      sample: {
        source: 'RECORDED',
        description: 'The 2 newest requests recorded by heard',
        rows: 3,
        parts: [
          { origin: expect.stringMatching(/^request recorded by heard at 20/), firstRow: 0, rows: 2 },
          { firstRow: 2, rows: 1 },
        ],
      },
      answeredRows: 3,
      outputs: [
        {
          expectation: null,
          differences: {
            absolute: { largest: 9 },
            rows: [
              { row: 0, base: 18, target: 27, instance: null, expected: null },
              { row: 1, base: 16, target: 24 },
              { row: 2, base: -2, target: -3 },
            ],
          },
        },
      ],
    });
  });

  it('of another model do as well, where the inputs are the same', async () => {
    await register(app, 'other');
    await publish(app, 'other', scalingModel(5));
    expect(await outputs('scaling@1', 'other@1', { recorded: { deployment: 'heard' } })).toMatchObject({
      sample: { rows: 5 },
      answeredRows: 5,
      outputs: [{ name: 'y', differences: { absolute: { largest: 27 } } }],
    });
  });

  it('are the instances that could be predicted', async () => {
    await serve('asked', 'esol@2', { sampleRate: 1 });
    const { predictions } = await predict('asked', ['CCO', 'C1CC', { smiles: 'c1ccccc1' }]);
    expect(predictions.map(({ error }) => error)).toEqual([null, { code: 'INVALID_SMILES' }, null]);
    // Nothing of this one is left.
    await predict('asked', ['C1CC']);
    await predict('asked', ['CC']);
    await several('asked', 2);
    expect(await requests('asked')).toMatchObject([
      { operation: 'PREDICT', rows: 1, instances: ['CC'], inputs: null },
      { operation: 'PREDICT', rows: 2, instances: ['CCO', { smiles: 'c1ccccc1' }], inputs: null },
    ]);
    const found = await outputs('esol@1', 'esol@2', { recorded: { deployment: 'asked' } });
    expect(found).toMatchObject({ sample: { rows: 3 }, answeredRows: 3, outputs: [{ name: 'log_s' }] });
  });

  it('turn in a ring, and leave out what is too large', async () => {
    await serve('ring', 'scaling@1', { sampleRate: 1, maxRequests: 3, maxRequestBytes: 128 });
    for (let first = 1; first <= 5; first += 1) await scale(app, { deployment: 'ring' }, [first, 0, 0, 0]);
    const many = { name: 'x', datatype: 'FP32', shape: [40, 4], data: new Array<number>(160).fill(1) };
    await succeed(
      app,
      'mutation ($input: InferInput!) { infer(input: $input) { userErrors { code message } } }',
      { input: { deployment: 'ring', inputs: [many] } },
    );
    await scale(app, { deployment: 'ring' }, [6, 0, 0, 0]);
    const newest = await until(
      () => requests('ring'),
      (found) => JSON.stringify(found[0]?.inputs?.[0]?.data) === '[6,0,0,0]',
    );
    expect(newest.map(({ inputs }) => inputs?.[0]?.data)).toEqual([
      [6, 0, 0, 0],
      [5, 0, 0, 0],
      [4, 0, 0, 0],
    ]);
  });

  it('are removed when recording is switched off, and go on with another version', async () => {
    await serve('ring', 'scaling@2', { sampleRate: 1, maxRequests: 3 });
    expect(await requests('ring')).toHaveLength(3);
    await succeed(app, UPDATE, { input: { name: 'ring', recording: null } });
    expect(await recorded('ring')).toMatchObject({ recording: null, recordedRequests: { totalCount: 0 } });
    expect(await scale(app, { deployment: 'ring' }, [1, 2, 3, 4])).toEqual([3, 6, 9, 12]);
  });

  it('are removed from a deployment that is stopped, which an event tells with its reason', async () => {
    const CLEAR = `mutation ($input: ClearRecordedRequestsInput!) {
      clearRecordedRequests(input: $input) {
        removedCount deployment { name state recordedRequests(first: 1) { totalCount } } userErrors { field code message } } }`;
    await serve('left', 'scaling@1', { sampleRate: 1 });
    await scale(app, { deployment: 'left' }, [1, 2, 3, 4]);
    await several('left', 1);
    // On its way to the database still, most likely.
    await scale(app, { deployment: 'left' }, [5, 6, 7, 8]);
    await succeed(app, 'mutation { undeploy(input: { name: "left" }) { userErrors { code message } } }');
    const { removedCount, deployment } = await succeed<{ removedCount: number; deployment: object }>(
      app,
      CLEAR,
      { input: { deployment: 'left', reason: 'the project is over' } },
    );
    expect([1, 2]).toContain(removedCount);
    expect(deployment).toEqual({ name: 'left', state: 'STOPPED', recordedRequests: { totalCount: 0 } });
    const { events } = await ask<{ events: { edges: { node: object }[] } }>(
      app,
      `{ events(filter: {kinds: [RECORDED_REQUESTS_CLEARED]}, first: 10) { edges { node {
         actor modelName deploymentName message ... on RecordedRequestsClearedEvent { count reason } } } } }`,
    );
    expect(events.edges.map(({ node }) => node)).toEqual([
      {
        actor: 'local',
        modelName: 'scaling',
        deploymentName: 'left',
        message: expect.stringMatching(/^left was cleared of [12] recorded requests?: the project is over$/),
        count: removedCount,
        reason: 'the project is over',
      },
    ]);
    expect(await refusal(app, CLEAR, { input: { deployment: 'nobody' } })).toMatchObject({
      field: ['deployment'],
      code: 'DEPLOYMENT_NOT_FOUND',
    });
  });

  it('go with their model', async () => {
    await serve('other', 'other@1', { sampleRate: 1 });
    await scale(app, { deployment: 'other' }, [1, 2, 3, 4]);
    await several('other', 1);
    for (const mutation of [
      'archiveModel(input: { name: "other", archived: true })',
      'undeploy(input: { name: "other" })',
    ])
      await succeed(app, `mutation { ${mutation} { userErrors { code message } } }`);
    // What nobody serves any longer can be compared on still.
    expect((await recorded('other')).recordedRequests.totalCount).toBe(1);
    await succeed(app, 'mutation { deleteModel(input: { name: "other" }) { userErrors { code message } } }');
    expect(await ask(app, '{ deployment(name: "other") { name } }')).toEqual({ deployment: null });
  });

  it.each<[string, object, string, RegExp]>([
    ['no share', { sampleRate: 0 }, 'sampleRate', /above 0, at most 1 .*, got 0/],
    ['more than all', { sampleRate: 1.5 }, 'sampleRate', /got 1.5/],
    ['no requests', { sampleRate: 1, maxRequests: 0 }, 'maxRequests', /from 1 to 10000, got 0/],
    [
      'too large requests',
      { sampleRate: 1, maxRequestBytes: 300_000 },
      'maxRequestBytes',
      /from 64 to 262144/,
    ],
    [
      'requests larger than all together',
      { sampleRate: 1, maxBytes: 1_000, maxRequestBytes: 2_000 },
      'maxRequestBytes',
      /from 64 to 1000, got 2000/,
    ],
  ])('refuse settings of %s', async (_, recording, field, message) => {
    const input = { name: 'refused', version: 'scaling@1', recording };
    expect(await refusal(app, DEPLOY, { input })).toEqual({
      code: 'INVALID_ARGUMENT',
      field: ['recording', field],
      message: expect.stringMatching(message),
    });
    expect(await ask(app, '{ deployment(name: "refused") { name } }')).toEqual({ deployment: null });
  });

  it.each<[string, object, string, RegExp]>([
    ['a deployment there is not', { deployment: 'nobody' }, 'DEPLOYMENT_NOT_FOUND', /no deployment "nobody"/],
    ['too many at once', { deployment: 'heard', take: 1_001 }, 'INVALID_ARGUMENT', /got 1001/],
    ['one that records but was not asked', { deployment: 'fresh' }, 'EMPTY_SAMPLE', /a share of 0.5/],
  ])('are no sample for %s', async (_, sample, code, message) => {
    if ('deployment' in sample && sample.deployment === 'fresh')
      await serve('fresh', 'scaling@1', { sampleRate: 0.5 });
    const variables = { base: 'scaling@1', target: 'scaling@2', sample: { recorded: sample } };
    expect(onlyError(await app.graphql(OUTPUTS, variables))).toMatchObject({
      code,
      message: expect.stringMatching(message),
    });
  });
});
