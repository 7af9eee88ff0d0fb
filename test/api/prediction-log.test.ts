import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { newRequestKey, predictionId, readPredictionId } from '../../src/predictions/index.js';
import { databaseKinds } from '../support/databases.js';
import { startTestApp, type TestApp } from '../support/test-app.js';
import { ask, refusal, succeed } from './support/ask.js';
import { DEPLOY, deploy, publish, register, scale } from './support/catalog-steps.js';
import { scalingModel } from './support/own-models.js';
import { until } from './support/serving-steps.js';

const PREDICT = /* GraphQL */ `
  mutation ($input: PredictInput!) {
    predict(input: $input) {
      predictions {
        id
        value
        error {
          code
        }
      }
      userErrors {
        code
        message
      }
    }
  }
`;
const LOG = /* GraphQL */ `
  query ($name: String!, $filter: LoggedPredictionFilter, $first: Int, $after: String) {
    deployment(name: $name) {
      predictionLogging {
        sampleRate
        retention
        maxBytes
        mask
        subject
      }
      predictionLog(filter: $filter, first: $first, after: $after) {
        totalCount
        pageInfo {
          hasNextPage
          endCursor
        }
        edges {
          node {
            id
            at
            version {
              ref
            }
            operation
            rows
            instance
            value
            unit
            inputs {
              name
              data
            }
            outputs {
              name
              data
            }
            warnings {
              code
              message
            }
            error {
              code
              message
            }
            masked
            totalMs
            queueMs
            runMs
            outcome {
              value
              replacements
            }
          }
        }
      }
    }
  }
`;
const RECORD = /* GraphQL */ `
  mutation ($input: RecordOutcomeInput!) {
    recordOutcome(input: $input) {
      outcome {
        value
        at
        recordedBy
        reason
        replacements
        prediction {
          id
          value
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
const LIVE_ERROR = /* GraphQL */ `
  query ($name: String!, $window: Duration! = "P30D", $result: String) {
    deployment(name: $name) {
      liveError(window: $window, result: $result) {
        result
        results
        unit
        count
        bias
        mae
        rmse
        points {
          at
          predictionId
          predicted
          measured
        }
        series {
          at
          count
          mae
        }
        versions {
          version {
            ref
          }
          count
          mae
        }
      }
    }
  }
`;
const DELETE = /* GraphQL */ `
  mutation ($input: DeleteLoggedPredictionsInput!) {
    deleteLoggedPredictions(input: $input) {
      removedCount
      userErrors {
        field
        code
        message
      }
    }
  }
`;
const UPDATE =
  'mutation ($input: UpdateDeploymentInput!) { updateDeployment(input: $input) { deployment { name } userErrors { field code message } } }';

interface Logged {
  readonly id: string;
  readonly version: { readonly ref: string };
  readonly operation: string;
  readonly instance: unknown;
  readonly value: unknown;
  readonly masked: readonly string[];
  readonly error: { readonly code: string; readonly message: string | null } | null;
  readonly inputs: readonly { readonly name: string }[] | null;
}
interface Log {
  readonly predictionLogging: object | null;
  readonly predictionLog: {
    readonly totalCount: number;
    readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string };
    readonly edges: readonly { readonly node: Logged }[];
  };
}
interface Predicted {
  readonly id: string;
  readonly value: number;
}

describe.each(databaseKinds)('the prediction log, %s database', (kind) => {
  let app: TestApp;
  beforeAll(async () => {
    app = await startTestApp({ kind, examples: true });
    await register(app, 'scaling');
    await publish(app, 'scaling', scalingModel(2));
  });
  afterAll(() => app.close());

  const log = async (name: string, more: object = {}) =>
    (await ask<{ deployment: Log }>(app, LOG, { name, ...more })).deployment;
  const logged = async (name: string, filter: object = {}) =>
    (await log(name, { filter })).predictionLog.edges.map(({ node }) => node);
  const kept = (name: string, count: number) =>
    until(
      () => logged(name),
      (all) => all.length >= count,
    );
  const predict = async (deployment: string, instances: readonly unknown[]) =>
    (await succeed<{ predictions: Predicted[] }>(app, PREDICT, { input: { deployment, instances } }))
      .predictions;
  const record = (input: object) =>
    succeed<{ outcome: { value: unknown; replacements: number } }>(app, RECORD, { input });

  it('gives each prediction an id, also where nothing is logged', async () => {
    const ids = (await predict('esol', ['CCO', 'C1CC', 'CCO'])).map(({ id }) => id);
    expect(new Set(ids).size).toBe(3);
    const { predict: byVersion } = await ask<{ predict: { predictions: Predicted[] } }>(app, PREDICT, {
      input: { version: 'esol@1', instances: ['CCO'] },
    });
    expect(byVersion.predictions[0]?.id).toMatch(/^[\w-]{43}\.0$/);
    expect(await log('esol')).toMatchObject({ predictionLogging: null, predictionLog: { totalCount: 0 } });
  });

  it('keeps what was asked and answered, and finds it again', async () => {
    await deploy(app, 'logged', 'esol@1', { predictionLog: { sampleRate: 1, retention: 'P7D' } });
    const [ethanol, broken, octane] = await predict('logged', ['CCO', 'C1CC', { smiles: 'CCCCCCCC' }]);
    await kept('logged', 3);
    const found = await log('logged');
    expect(found.predictionLogging).toEqual({
      sampleRate: 1,
      retention: 'P7D',
      maxBytes: 268_435_456,
      mask: [],
      subject: null,
    });
    const all = await logged('logged');
    expect(all.map(({ id }) => id).sort()).toEqual([ethanol, broken, octane].map((one) => one?.id).sort());
    expect(all.find(({ id }) => id === ethanol?.id)).toMatchObject({
      operation: 'PREDICT',
      rows: 1,
      version: { ref: 'esol@1' },
      instance: 'CCO',
      value: ethanol?.value,
      unit: 'log10(mol/L)',
      inputs: null,
      error: null,
      masked: [],
      outcome: null,
    });
    const ids = async (filter: object) => (await logged('logged', filter)).map(({ id }) => id);
    expect(await ids({ failed: true })).toEqual([broken?.id]);
    expect(await ids({ errorKind: 'INVALID_SMILES' })).toEqual([broken?.id]);
    expect(await ids({ text: 'cccccccc' })).toEqual([octane?.id]);
    expect(await ids({ maxValue: ((ethanol?.value ?? 0) + (octane?.value ?? 0)) / 2 })).toEqual([octane?.id]);
    expect(await ids({ since: new Date(Date.now() + 60_000).toISOString() })).toEqual([]);
    expect(await ids({ until: new Date(Date.now() - 60_000).toISOString() })).toEqual([]);
    expect(await ids({ version: 'esol@1', failed: false })).toHaveLength(2);
    expect(await ids({ version: 'esol@2' })).toEqual([]);
    const first = await log('logged', { first: 2 });
    expect(first.predictionLog.pageInfo.hasNextPage).toBe(true);
    const rest = await log('logged', { first: 2, after: first.predictionLog.pageInfo.endCursor });
    const pages = [first, rest].flatMap(({ predictionLog }) =>
      predictionLog.edges.map(({ node }) => node.id),
    );
    expect(pages).toEqual(all.map(({ id }) => id));
  });

  it('keeps tensors, and what is masked nowhere', async () => {
    await deploy(app, 'tensors', 'scaling@1', { predictionLog: { sampleRate: 1, mask: ['x'] } });
    await scale(app, { deployment: 'tensors' }, [31_337, 1, 2, 3]);
    const [entry] = await kept('tensors', 1);
    expect(entry).toMatchObject({
      operation: 'INFER',
      instance: null,
      inputs: [],
      outputs: [{ name: 'y', data: [62_674, 2, 4, 6] }],
      masked: ['x'],
    });
    // The caller is told what is wrong; events, which anybody may read, are not.
    const wrong = await refusal(
      app,
      'mutation ($input: InferInput!) { infer(input: $input) { userErrors { field code message } } }',
      {
        input: {
          deployment: 'tensors',
          inputs: [{ name: 'x', datatype: 'FP32', shape: [1, 4], data: ['SECRET', 1, 2, 3] }],
        },
      },
    );
    expect(wrong.message).toContain('SECRET');
    const { events } = await until(
      () =>
        ask<{ events: { edges: { node: { message: string } }[] } }>(
          app,
          '{ events(filter: {deployment: "tensors", kinds: [REQUEST_FAILED]}, last: 5) { edges { node { message } } } }',
        ),
      ({ events: found }) => found.edges.length > 0,
    );
    expect(events.edges[0]?.node.message).toContain('INVALID_TENSOR; the message is left out');
    expect(JSON.stringify(events)).not.toContain('SECRET');
  });

  it('deletes a subject’s predictions, and single ones', async () => {
    await deploy(app, 'subjects', 'esol@1', {
      predictionLog: { sampleRate: 1, mask: ['smiles'], subject: 'smiles' },
    });
    const [first, second] = await predict('subjects', ['CCO', 'CCCO', 'CCO', 'C1CC']);
    const all = await kept('subjects', 4);
    expect(JSON.stringify(all)).not.toMatch(/CC/);
    expect(all.every(({ instance, masked }) => instance === null && masked.includes('smiles'))).toBe(true);
    expect(await logged('subjects', { subject: 'CCO' })).toHaveLength(2);
    const remove = (input: object) =>
      succeed<{ removedCount: number }>(app, DELETE, { input: { deployment: 'subjects', ...input } });
    expect(await remove({ subject: 'CCO', reason: 'asked to' })).toMatchObject({ removedCount: 2 });
    expect(await remove({ predictionIds: [first?.id, second?.id] })).toMatchObject({ removedCount: 1 });
    expect(await logged('subjects')).toHaveLength(1);
    // What was answered a moment ago, and waits to be written, goes too.
    await predict('subjects', ['CCCCO']);
    expect(await remove({ subject: 'CCCCO' })).toMatchObject({ removedCount: 1 });
    const { events } = await ask<{ events: { edges: { node: object }[] } }>(
      app,
      `{ events(filter: {kinds: [LOGGED_PREDICTIONS_DELETED], deployment: "subjects"}, first: 1) { edges { node {
         modelName message ... on LoggedPredictionsDeletedEvent { count reason } } } } }`,
    );
    expect(events.edges[0]?.node).toEqual({
      modelName: 'esol',
      message: '2 logged predictions of subjects were deleted: asked to',
      count: 2,
      reason: 'asked to',
    });
    expect(await refusal(app, DELETE, { input: { deployment: 'logged', subject: 'CCO' } })).toMatchObject({
      field: ['subject'],
      message: expect.stringContaining('was not told which field identifies a subject') as unknown,
    });
    expect((await refusal(app, DELETE, { input: { deployment: 'logged' } })).message).toMatch(
      /got neither\.$/,
    );
  });

  it('forgets all when logging is switched off', async () => {
    await deploy(app, 'switched', 'esol@1', { predictionLog: { sampleRate: 1 } });
    await predict('switched', ['CCO']);
    await kept('switched', 1);
    await succeed(app, UPDATE, { input: { name: 'switched', predictionLog: null } });
    expect(await log('switched')).toMatchObject({
      predictionLogging: null,
      predictionLog: { totalCount: 0 },
    });
  });

  it.each([
    { log: { sampleRate: 0 }, field: 'sampleRate', message: /above 0, at most 1/ },
    {
      log: { sampleRate: 1, retention: 'PT1M' },
      field: 'retention',
      message: /from PT1H to P3660D, got PT1M\.$/,
    },
    { log: { sampleRate: 1, maxBytes: 10 }, field: 'maxBytes', message: /from 65536 to/ },
    {
      log: { sampleRate: 1, mask: ['smile'] },
      field: 'mask',
      message: /of esol@1, which has smiles, molblock, .*; got "smile"\. Did you mean "smiles"\?$/,
    },
    {
      log: { sampleRate: 1, subject: 'patient' },
      field: 'subject',
      message: /a field or an input of esol@1, which has smiles, .*; got "patient"\.$/,
    },
  ])('refuses $log', async ({ log: predictionLog, field, message }) => {
    const input = { name: 'refused', version: 'esol@1', predictionLog };
    const error = await refusal(app, DEPLOY, { input });
    expect(error).toMatchObject({ code: 'INVALID_ARGUMENT', field: ['predictionLog', field] });
    expect(error.message).toMatch(message);
  });

  describe('outcomes', () => {
    it('are joined with what was predicted, and replaced with a trace', async () => {
      await deploy(app, 'measured', 'esol@1', { predictionLog: { sampleRate: 1 } });
      expect(await ask(app, LIVE_ERROR, { name: 'measured' })).toMatchObject({
        deployment: {
          liveError: { count: 0, bias: null, mae: null, rmse: null, points: [], series: [], versions: [] },
        },
      });
      const predictions = await predict('measured', ['CCO', 'CCCCO', 'CCCCCCO']);
      const [one, two, three] = predictions as [Predicted, Predicted, Predicted];
      // Not written yet, as a rule: the truth is joined all the same.
      await record({ predictionId: one.id, value: one.value - 1 });
      await record({ predictionId: two.id, value: two.value + 3 });
      const again = await record({ predictionId: two.id, value: two.value + 2, reason: 'weighed again' });
      expect(again.outcome).toMatchObject({
        value: two.value + 2,
        replacements: 1,
        reason: 'weighed again',
        prediction: { id: two.id, value: two.value },
      });
      const { deployment } = await ask<{ deployment: { liveError: Record<string, unknown> } }>(
        app,
        LIVE_ERROR,
        { name: 'measured' },
      );
      expect(deployment.liveError).toMatchObject({
        result: '',
        results: [''],
        unit: 'log10(mol/L)',
        count: 2,
        bias: expect.closeTo(-0.5, 9) as unknown,
        mae: expect.closeTo(1.5, 9) as unknown,
        rmse: expect.closeTo(Math.sqrt(2.5), 9) as unknown,
        series: [{ count: 2 }],
        versions: [{ version: { ref: 'esol@1' }, count: 2 }],
      });
      expect(deployment.liveError.points).toHaveLength(2);
      expect(await logged('measured', { measured: false })).toMatchObject([{ id: three.id }]);
      const { events } = await ask<{ events: { edges: { node: object }[] } }>(
        app,
        `{ events(filter: {kinds: [OUTCOME_RECORDED], deployment: "measured"}, last: 1) { edges { node {
           message versionNumber ... on OutcomeEvent { predictionId replaced value previous reason } } } } }`,
      );
      expect(events.edges[0]?.node).toEqual({
        message:
          'measured was told what was measured of a prediction, in place of an earlier value: weighed again',
        versionNumber: 1,
        predictionId: two.id,
        replaced: true,
        value: two.value + 2,
        previous: two.value + 3,
        reason: 'weighed again',
      });
      await succeed(app, DELETE, { input: { deployment: 'measured', predictionIds: [two.id] } });
      expect(await ask(app, LIVE_ERROR, { name: 'measured' })).toMatchObject({
        deployment: { liveError: { count: 1 } },
      });
    });

    it('are refused where there is nothing to join them with, saying why', async () => {
      const message = async (input: object) => {
        const error = await refusal(app, RECORD, { input: { value: 1, ...input } });
        return `${error.code}: ${error.message}`;
      };
      expect(await message({ predictionId: 'abc' })).toMatch(
        /^PREDICTION_NOT_LOGGED: Expected the id of a prediction/,
      );
      const [unlogged] = await predict('esol', ['CCO']);
      expect(await message({ predictionId: unlogged?.id })).toMatch(
        /^PREDICTION_NOT_LOGGED: Deployment "esol" logs no predictions.*updateDeployment/,
      );
      const { predict: byVersion } = await ask<{ predict: { predictions: Predicted[] } }>(app, PREDICT, {
        input: {
          version: 'lennard-jones@1',
          instances: [
            {
              positions: [
                [0, 0, 0],
                [1.1, 0, 0],
              ],
            },
          ],
        },
      });
      const [asked] = byVersion.predictions;
      expect(await message({ predictionId: asked?.id })).toMatch(/^PREDICTION_NOT_LOGGED: /);
      await deploy(app, 'sampled', 'esol@1', { predictionLog: { sampleRate: 1e-9 } });
      const [undrawn] = await predict('sampled', ['CCO']);
      expect(await message({ predictionId: undrawn?.id })).toMatch(
        /it logs a share of 1e-9 of its predictions, and this one was not drawn/,
      );
      await deploy(app, 'typed', 'esol@1', { predictionLog: { sampleRate: 1 } });
      const [fine, broken] = await predict('typed', ['CCO', 'C1CC']);
      await kept('typed', 2);
      expect(await message({ predictionId: fine?.id, value: 'high' })).toMatch(
        /^INVALID_ARGUMENT: Expected value to be a number, .* got a text\.$/,
      );
      expect(await message({ predictionId: broken?.id })).toMatch(/could not be predicted/);
      expect(await message({ predictionId: fine?.id, at: '2999-01-01T00:00:00Z' })).toMatch(
        /not in the future/,
      );
      // A prediction of a year ago, by the same deployment.
      const { deploymentId } = readPredictionId(fine?.id ?? '') ?? { deploymentId: null };
      const old = predictionId(newRequestKey(deploymentId, Date.now() - 366 * 86_400_000), 0);
      expect(await message({ predictionId: old })).toMatch(
        /has expired: deployment "typed" keeps its log for 30 days/,
      );
      await deploy(app, 'secret', 'esol@1', { predictionLog: { sampleRate: 1, mask: ['log_s'] } });
      const [hidden] = await predict('secret', ['CCO']);
      await kept('secret', 1);
      expect(await message({ predictionId: hidden?.id })).toMatch(/The predicted value is masked/);
    });
  });
});
