import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { databaseKinds } from '../support/databases.js';
import { startTestApp, type TestApp } from '../support/test-app.js';
import { ask, onlyError, refusal, succeed } from './support/ask.js';
import { INFER, PUBLISH, register, REGISTER } from './support/catalog-steps.js';
import { scalingModel } from './support/own-models.js';

const PREDICT = `mutation ($input: PredictInput!) {
  predict(input: $input) { predictions { value unit error { code message } } userErrors { field code message } } }`;

interface Predictions {
  readonly predictions: readonly {
    value: unknown;
    unit: string | null;
    error: { code: string; message: string } | null;
  }[];
}

describe.each(databaseKinds)('names that mean nothing here, %s database', (kind) => {
  let app: TestApp;
  beforeAll(async () => {
    app = await startTestApp({ kind, examples: true });
    await register(app, 'empty');
  });
  afterAll(() => app.close());
  afterEach(async () => {
    const { predictions } = await predict('binding-energy', [{ z: 26, n: 30 }]);
    expect(predictions[0]?.value).toBeCloseTo(492.213, 3);
  });

  const predict = (version: string, instances: readonly unknown[]) =>
    succeed<Predictions>(app, PREDICT, { input: { version, instances } });

  it.each([
    { ref: 'esoll', code: 'MODEL_NOT_FOUND', message: 'No model is named "esoll". Did you mean "esol"?' },
    {
      ref: 'esol@7',
      code: 'VERSION_NOT_FOUND',
      message:
        'There is no "esol@7". Model "esol" has versions 1 to 3, tags "v1.0.0", "v2.0.0", "v3.0.0", aliases "production".',
    },
    {
      ref: 'esol@staging',
      code: 'VERSION_NOT_FOUND',
      message:
        'There is no "esol@staging". Model "esol" has versions 1 to 3, tags "v1.0.0", "v2.0.0", "v3.0.0", aliases "production".',
    },
    {
      ref: 'empty',
      code: 'VERSION_NOT_FOUND',
      message: 'Model "empty" has no version yet: add one with publishVersion.',
    },
    { ref: 'esol@@', code: 'INVALID_ARGUMENT', message: 'Expected a version as a number' },
    { ref: 'ESOL', code: 'MODEL_NOT_FOUND', message: 'No model is named "ESOL". Did you mean "esol"?' },
    { ref: '', code: 'INVALID_NAME', message: 'got ""' },
  ])('unknown or unreadable version $ref', async ({ ref, code, message }) => {
    expect(await refusal(app, PREDICT, { input: { version: ref, instances: ['CCO'] } })).toEqual({
      code,
      field: ['version'],
      message: expect.stringContaining(message),
    });
  });

  it('an unknown deployment', async () => {
    expect(await refusal(app, INFER, { input: { deployment: 'nothing', inputs: [] } })).toEqual({
      code: 'DEPLOYMENT_NOT_FOUND',
      field: ['deployment'],
      message:
        'There is no deployment "nothing". There are "binding-energy", "esol", "lennard-jones", "meat-fat", "wine-cultivar".',
    });
  });

  it('a second model of the same name', async () => {
    expect(await refusal(app, REGISTER, { input: { name: 'esol', domain: 'GENERAL' } })).toEqual({
      code: 'NAME_TAKEN',
      field: ['name'],
      message: expect.stringContaining('"esol"'),
    });
    expect(await ask(app, '{ model(name: "esol") { domain } }')).toEqual({
      model: { domain: 'CHEMISTRY' },
    });
  });

  it('exactly one of several who register a name at the same moment gets it', async () => {
    const answers = await Promise.all(
      [1, 2, 3, 4].map(() =>
        ask<{ registerModel: { userErrors: { code: string }[] } }>(app, REGISTER, {
          input: { name: 'contested', domain: 'GENERAL' },
        }),
      ),
    );
    const codes = answers.flatMap(({ registerModel }) => registerModel.userErrors.map(({ code }) => code));
    expect(codes).toEqual(['NAME_TAKEN', 'NAME_TAKEN', 'NAME_TAKEN']);
  });

  it.each([
    '-first',
    '.first',
    '_first',
    'with space',
    'dot..dot',
    'dot.',
    'model.git',
    'model.LOCK',
    '../escape',
    'ümlaut',
    '',
    'a'.repeat(64),
    'nul\u0000',
    '<img src=x onerror=alert(1)>',
  ])('a model named %j', async (name) => {
    expect(await refusal(app, REGISTER, { input: { name, domain: 'GENERAL' } })).toMatchObject({
      code: 'INVALID_NAME',
      field: ['name'],
      // What only looks like a letter, or cannot be seen, is named behind it.
      message: expect.stringMatching(/^Expected a model name .*, got ".*"( \(.*\)|: .*)?\.$/),
    });
  });

  it('takes the longest and the shortest name the pattern allows', async () => {
    await register(app, 'a'.repeat(63));
    await register(app, '0');
  });

  it('a card with a picture of 5 MB', async () => {
    const picture = Buffer.alloc(5_000_000).toString('base64');
    const card = `# Large\n\n![plot](data:image/png;base64,${picture})`;
    expect(
      await refusal(app, REGISTER, { input: { name: 'pictured', domain: 'GENERAL', card } }),
    ).toMatchObject({
      code: 'INVALID_ARGUMENT',
      field: ['card'],
      message: expect.stringMatching(/at most 200[,.]?000 characters, got 66\d{5}/),
    });
  });

  it('texts that are too long, and text PostgreSQL cannot hold', async () => {
    const long = { input: { name: 'wordy', domain: 'GENERAL', title: 'x'.repeat(201) } };
    expect(await refusal(app, REGISTER, long)).toMatchObject({
      code: 'INVALID_ARGUMENT',
      field: ['title'],
      message: expect.stringMatching(/200.*201/),
    });
    const nul = { input: { name: 'wordy', domain: 'GENERAL', summary: 'a\u0000b' } };
    expect(await refusal(app, REGISTER, nul)).toMatchObject({
      code: 'INVALID_ARGUMENT',
      field: ['summary'],
    });
    expect(await ask(app, '{ model(name: "wordy") { name } }')).toEqual({ model: null });
  });

  it.each([
    'models(filter: {text: $nul}) { totalCount }',
    'models(filter: {labels: [$nul]}) { totalCount }',
    'models(filter: {name: $nul}) { edges { cursor } }',
    'events(filter: {requestId: $nul}) { totalCount }',
    'deployments(filter: {model: $nul}) { edges { cursor } }',
    'deployment(name: $nul) { name }',
  ])('text PostgreSQL cannot compare, asked for by %s', async (field) => {
    const answer = await app.graphql(`query ($nul: String!) { ${field} }`, { nul: 'a\u0000b' });
    expect(onlyError(answer)).toMatchObject({
      code: 'INVALID_ARGUMENT',
      message: expect.stringContaining('U+0000'),
    });
  });

  it('a version for a model that does not exist', async () => {
    const artifact = { base64: Buffer.from(scalingModel(3)).toString('base64') };
    expect(await refusal(app, PUBLISH, { input: { model: 'nobody', artifact } })).toMatchObject({
      code: 'MODEL_NOT_FOUND',
      field: ['model'],
    });
  });
});
