import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { databaseKinds } from '../support/databases.js';
import { gitClient, gitIsInstalled } from '../support/git-client.js';
import { startTestApp, type TestApp } from '../support/test-app.js';
import { setAlias, SET_ALIAS, TAG } from './support/alias-steps.js';
import { ask, refusal, succeed } from './support/ask.js';
import { DEPLOY, register, REGISTER, scale, serve } from './support/catalog-steps.js';
import { scalingModel } from './support/own-models.js';

const TENSOR = { name: 'x', datatype: 'FP32', shape: [1, 4], data: [1, 0, 0, 0] };

describe.each(databaseKinds)('names that other servers’ clients use, %s database', (kind) => {
  let app: TestApp;
  beforeAll(async () => {
    app = await startTestApp({ kind });
    for (const name of ['half_plus_two', 'ResNet50', 'bge-small-en-v1.5'])
      await serve(app, name, scalingModel(2));
    await setAlias(app, { model: 'ResNet50', alias: 'Champion', version: '1' });
    await succeed(app, TAG, { input: { version: 'ResNet50@1', tag: 'V1.0_rc' } });
  });
  afterAll(() => app.close());

  const post = async (path: string, body: object) => {
    const response = await fetch(`${app.url}${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    return { status: response.status, body: (await response.json()) as unknown };
  };

  it.each(['half_plus_two', 'ResNet50', 'bge-small-en-v1.5'])('%s answers by every door', async (name) => {
    expect(await scale(app, { deployment: name }, [1, 0, 0, 0])).toEqual([2, 0, 0, 0]);
    expect(await scale(app, { version: `${name}@1` }, [1, 0, 0, 0])).toEqual([2, 0, 0, 0]);
    expect(await post(`/v2/models/${name}/infer`, { inputs: [TENSOR] })).toMatchObject({
      status: 200,
      body: { model_name: name, outputs: [{ data: [2, 0, 0, 0] }] },
    });
    expect(await post(`/v1/models/${name}:predict`, { instances: [[1, 0, 0, 0]] })).toMatchObject({
      status: 200,
      body: { predictions: [[2, 0, 0, 0]] },
    });
  });

  it('an alias with capitals is a version’s name in references, paths and clones', async () => {
    expect(await scale(app, { version: 'ResNet50@Champion' }, [1, 0, 0, 0])).toEqual([2, 0, 0, 0]);
    const label = '/v1/models/ResNet50/labels/Champion:predict';
    expect(await post(label, { instances: [[1, 0, 0, 0]] })).toMatchObject({ status: 200 });
    if (!gitIsInstalled) return;
    const client = await gitClient();
    try {
      const listed = await client.git(['ls-remote', `${app.url}/git/ResNet50.git`]);
      const names = listed.split('\n').map((line) => line.split('\t')[1]);
      expect(names).toEqual(
        expect.arrayContaining(['refs/heads/Champion', 'refs/heads/main', 'refs/tags/V1.0_rc']),
      );
    } finally {
      await client.close();
    }
  });

  it('two names that differ only in case are refused', async () => {
    const taken = (field: string) => ({ code: 'NAME_TAKEN', field: [field] });
    expect(await refusal(app, REGISTER, { input: { name: 'resnet50', domain: 'GENERAL' } })).toMatchObject(
      taken('name'),
    );
    const deployment = { name: 'RESNET50', version: 'ResNet50@1' };
    expect(await refusal(app, DEPLOY, { input: deployment })).toMatchObject(taken('name'));
    expect(
      await refusal(app, SET_ALIAS, { input: { model: 'ResNet50', alias: 'champion', version: '1' } }),
    ).toMatchObject(taken('alias'));
    expect(await refusal(app, TAG, { input: { version: 'ResNet50@1', tag: 'v1.0_RC' } })).toMatchObject({
      code: 'TAG_EXISTS',
    });
    expect(await refusal(app, TAG, { input: { version: 'ResNet50@1', tag: 'CHAMPION' } })).toMatchObject(
      taken('tag'),
    );
  });

  it('a character that a pattern would take for any other is only itself', async () => {
    await register(app, 'halfXplusXtwo');
    await setAlias(app, { model: 'ResNet50', alias: 'a_b', version: '1' });
    await setAlias(app, { model: 'ResNet50', alias: 'axb', version: '1' });
    expect(await ask(app, '{ model(name: "halfXplusXtwo") { name } }')).toEqual({
      model: { name: 'halfXplusXtwo' },
    });
  });

  it('of several who register names that differ in case at the same moment one gets it', async () => {
    const names = ['Contested', 'contested', 'CONTESTED', 'contesteD'];
    const answers = await Promise.all(
      names.map((name) =>
        ask<{ registerModel: { userErrors: { code: string }[] } }>(app, REGISTER, {
          input: { name, domain: 'GENERAL' },
        }),
      ),
    );
    const codes = answers.flatMap(({ registerModel }) => registerModel.userErrors.map(({ code }) => code));
    expect(codes).toEqual(['NAME_TAKEN', 'NAME_TAKEN', 'NAME_TAKEN']);
  });

  it.each(['HEAD', 'head', 'FETCH_HEAD', 'latest', 'LATEST', 'main'])(
    'a tag called %s is refused',
    async (tag) => {
      expect(await refusal(app, TAG, { input: { version: 'ResNet50@1', tag } })).toMatchObject({
        code: 'INVALID_NAME',
        field: ['tag'],
      });
    },
  );

  it('an alias called HEAD is refused, one called latest moves', async () => {
    const input = { model: 'ResNet50', version: '1' };
    expect(await refusal(app, SET_ALIAS, { input: { ...input, alias: 'HEAD' } })).toMatchObject({
      code: 'INVALID_NAME',
    });
    await setAlias(app, { ...input, alias: 'latest' });
  });
});
