import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { databaseKinds } from '../support/databases.js';
import { startTestApp, type TestApp } from '../support/test-app.js';
import { ask, refusal } from './support/ask.js';
import { INFER, latestCursor, publish, register, scale, serve } from './support/catalog-steps.js';
import { storedEvents, watchEvents, type SeenEvent } from './support/event-watch.js';
import { scalingModel } from './support/own-models.js';

/** Without what the schema tells of itself, at its own time. */
function happened(events: readonly SeenEvent[]): SeenEvent[] {
  return events.filter(({ kind }) => kind !== 'SCHEMA_CHANGED');
}

describe.each(databaseKinds)('monitoringEvents, %s database', (kind) => {
  let app: TestApp;
  beforeAll(async () => {
    app = await startTestApp({ kind });
  });
  afterAll(() => app.close());

  const failOn = (deployment: string) =>
    refusal(app, INFER, {
      input: { deployment, inputs: [{ name: 'x', datatype: 'FP32', shape: [1, 3], data: [1, 2, 3] }] },
    });

  it('tells of a model’s whole life, with what happened, to what, and in which request', async () => {
    const watch = watchEvents(app.subscriber(), { after: await latestCursor(app) });
    await serve(app, 'lively', scalingModel(2));
    await app.graphql(
      'mutation { tagVersion(input: {version: "lively@1", tag: "v1"}) { userErrors { code } } }',
    );
    await app.graphql(
      'mutation { setAlias(input: {model: "lively", alias: "production", version: "lively@1", reason: "tested"}) { userErrors { code } } }',
    );
    await app.graphql(
      'mutation { removeAlias(input: {model: "lively", alias: "production"}) { userErrors { code } } }',
    );
    await app.graphql(
      'mutation { untagVersion(input: {version: "lively@1", tag: "v1"}) { userErrors { code } } }',
    );
    await app.graphql(
      'mutation { updateModel(input: {name: "lively", title: "Livelier"}) { userErrors { code } } }',
    );
    await app.graphql('mutation { undeploy(input: {name: "lively"}) { userErrors { code } } }');
    await app.graphql('mutation { archiveModel(input: {name: "lively"}) { userErrors { code } } }');
    const { extensions } = await app.graphql(
      'mutation { deleteModel(input: {name: "lively"}) { userErrors { code } } }',
    );
    await watch.until((events) => events.some(({ kind: what }) => what === 'MODEL_DELETED'));

    expect(
      happened(watch.events).map(({ kind: what, toState }) => (toState ? `${what} ${toState}` : what)),
    ).toEqual([
      'MODEL_REGISTERED',
      'VERSION_PUBLISHED',
      'DEPLOYMENT_STATE_CHANGED PENDING',
      'DEPLOYMENT_STATE_CHANGED LOADING',
      'DEPLOYMENT_STATE_CHANGED WARMING',
      'DEPLOYMENT_STATE_CHANGED READY',
      'VERSION_TAGGED',
      'ALIAS_MOVED',
      'ALIAS_REMOVED',
      'VERSION_UNTAGGED',
      'MODEL_UPDATED',
      'DEPLOYMENT_STATE_CHANGED DRAINING',
      'DEPLOYMENT_STATE_CHANGED STOPPED',
      'MODEL_ARCHIVED',
      'MODEL_DELETED',
    ]);
    expect(
      new Set(happened(watch.events).map(({ modelName, actor }) => `${String(modelName)} by ${actor}`)),
    ).toEqual(new Set(['lively by local']));
    expect(watch.events.find(({ kind: what }) => what === 'ALIAS_MOVED')).toMatchObject({
      __typename: 'AliasEvent',
      alias: 'production',
      fromNumber: null,
      toNumber: 1,
      aliasReason: 'tested',
    });
    expect(watch.events.find(({ kind: what }) => what === 'VERSION_TAGGED')).toMatchObject({
      __typename: 'VersionEvent',
      tag: 'v1',
      versionNumber: 1,
    });
    expect(watch.events.find(({ kind: what }) => what === 'MODEL_DELETED')?.requestId).toBe(
      extensions?.requestId,
    );
    watch.stop();
  });

  it('begins with what comes from now on when no cursor is given', async () => {
    await register(app, 'earlier');
    const watch = watchEvents(app.subscriber());
    // Nothing says when a subscription stands, so this goes on until it is heard.
    for (let attempt = 0; watch.events.length === 0; attempt += 1) {
      await register(app, `later-${attempt}`);
      await delay(20);
    }
    expect(watch.events.map(({ modelName }) => modelName)).not.toContain('earlier');
    watch.stop();
  });

  it('tells every failed request, with its code and the id its caller was given', async () => {
    await serve(app, 'failing', scalingModel(2));
    const watch = watchEvents(app.subscriber(), {
      after: await latestCursor(app),
      filter: { kinds: ['REQUEST_FAILED'] },
    });
    const variables = { input: { deployment: 'failing', inputs: [] } };
    const document = 'mutation ($input: InferInput!) { infer(input: $input) { userErrors { message } } }';
    const answers = await Promise.all(Array.from({ length: 25 }, () => app.graphql(document, variables)));
    await refusal(app, INFER, { input: { version: 'unheard-of', inputs: [] } });
    await watch.until((events) => events.length >= 26);

    const ids = answers.map(({ extensions }) => extensions?.requestId);
    expect(new Set(ids).size).toBe(25);
    expect(new Set(watch.events.slice(0, 25).map(({ requestId }) => requestId))).toEqual(new Set(ids));
    expect(watch.events[0]).toMatchObject({
      __typename: 'RequestFailedEvent',
      operation: 'infer',
      code: 'INVALID_TENSOR',
      deploymentName: 'failing',
      modelName: 'failing',
      versionNumber: 1,
      message: expect.stringContaining('Missing input "x" (FP32 [-1,4])'),
      totalMs: expect.any(Number),
    });
    expect(watch.events[25]).toMatchObject({
      code: 'MODEL_NOT_FOUND',
      deploymentName: null,
      message: expect.stringContaining('unheard-of'),
    });
    watch.stop();
  });

  it('tells successful requests together: how many, and how long they took', async () => {
    await serve(app, 'busy', scalingModel(2));
    const watch = watchEvents(app.subscriber(), {
      after: await latestCursor(app),
      filter: { deployment: 'busy', kinds: ['REQUESTS_SERVED'] },
    });
    await Promise.all(Array.from({ length: 40 }, () => scale(app, { deployment: 'busy' }, [1, 2, 3, 4])));
    const served = (events: readonly SeenEvent[]) => events.reduce((sum, { count = 0 }) => sum + count, 0);
    await watch.until((events) => served(events) >= 40);
    expect(served(watch.events)).toBe(40);
    expect(watch.events.reduce((sum, { rows = 0 }) => sum + rows, 0)).toBe(40);
    expect(watch.events.length).toBeLessThan(40);
    expect(watch.events[0]).toMatchObject({
      __typename: 'RequestsServedEvent',
      operation: 'infer',
      meanMs: expect.any(Number),
      p50Ms: expect.any(Number),
      p99Ms: expect.any(Number),
      sampleRequestId: expect.any(String),
    });
    watch.stop();
  });

  it('misses nothing and repeats nothing over many disconnections under load', async () => {
    await serve(app, 'loaded', scalingModel(2));
    const start = await latestCursor(app);
    let changes = 0;
    const load = Promise.all([
      repeat(30, async (round) => {
        await app.graphql(
          `mutation { updateModel(input: {name: "loaded", title: "Title ${round}"}) { userErrors { code } } }`,
        );
        changes += 1;
      }),
      repeat(60, () => failOn('loaded')),
      repeat(60, () => scale(app, { deployment: 'loaded' }, [1, 2, 3, 4])),
    ]);

    const seen: SeenEvent[] = [];
    const progress = { over: false };
    void load.finally(() => (progress.over = true));
    // Each connection is cut, as by a lost network, after a few events at most.
    for (let round = 0; !progress.over || round < 5; round += 1) {
      const client = app.subscriber();
      const watch = watchEvents(client, { after: seen.at(-1)?.cursor ?? start });
      await Promise.race([
        watch.until((events) => events.length > round % 7),
        load.then(() => delay(50)),
        delay(400),
      ]);
      seen.push(...watch.events);
      client.terminate();
    }
    await load;

    const last = watchEvents(app.subscriber(), { after: seen.at(-1)?.cursor ?? start });
    const failed = (events: readonly SeenEvent[]) =>
      events.filter(({ kind: what }) => what === 'REQUEST_FAILED').length;
    const served = (events: readonly SeenEvent[]) => events.reduce((sum, { count = 0 }) => sum + count, 0);
    await last.until((events) => failed([...seen, ...events]) >= 60 && served([...seen, ...events]) >= 60);
    const stored = (await storedEvents(app, start)).map(({ cursor }) => cursor);
    await last.until((events) => [...seen, ...events].some(({ cursor }) => cursor === stored.at(-1)));
    last.stop();
    seen.push(...last.events);

    const cursors = seen.map(({ cursor }) => cursor);
    expect(cursors.slice(0, stored.length)).toEqual(stored);
    expect(new Set(cursors).size).toBe(cursors.length);
    expect(seen.filter(({ kind: what }) => what === 'MODEL_UPDATED')).toHaveLength(changes);
    expect([failed(seen), served(seen)]).toEqual([60, 60]);
  });

  it('goes on after a restart of the server, from where the client stopped', async () => {
    const own = await startTestApp({ kind });
    await register(own, 'before');
    const seen = await storedEvents(own);
    await own.stop();
    const again = await startTestApp({ kind, reuse: own });
    const watch = watchEvents(again.subscriber(), { after: seen.at(-1)?.cursor ?? '' });
    await register(again, 'after');
    await watch.until((events) => events.length > 0);
    expect([...seen, ...watch.events].map(({ cursor, modelName }) => [cursor, modelName])).toEqual([
      ['1', 'before'],
      ['2', 'after'],
    ]);
    await again.close();
  });

  it('serves several subscribers, each with its own filter', async () => {
    const after = await latestCursor(app);
    const [client, other] = [app.subscriber(), app.subscriber()];
    const everything = watchEvents(client, { after });
    const models = watchEvents(client, { after, filter: { kinds: ['MODEL_REGISTERED'] } });
    const one = watchEvents(other, { after, filter: { model: 'filtered-b', allowUnknown: true } });
    await serve(app, 'filtered-a', scalingModel(3));
    await serve(app, 'filtered-b', scalingModel(4));
    await Promise.all(
      [everything, one].map((watch) =>
        watch.until(
          (events) => events.at(-1)?.toState === 'READY' && events.at(-1)?.modelName === 'filtered-b',
        ),
      ),
    );
    await models.until((events) => events.length >= 2);
    expect(happened(everything.events)).toHaveLength(12);
    expect(models.events.map(({ modelName }) => modelName)).toEqual(['filtered-a', 'filtered-b']);
    expect(one.events.map(({ modelName }) => modelName)).toEqual(Array(6).fill('filtered-b'));
    for (const watch of [everything, models, one]) watch.stop();
  });

  it.each(['banana', '-1', '99999999999', '1.5', ''])('refuses the cursor %j', async (after) => {
    const watch = watchEvents(app.subscriber(), { after });
    expect(await watch.ended).toEqual(['CURSOR_INVALID']);
    expect(watch.events).toEqual([]);
  });

  it('finds what happened in one request by its id, and pages from the end', async () => {
    await register(app, 'searched');
    const { extensions } = await app.graphql(
      'mutation { updateModel(input: {name: "searched", summary: "x"}) { userErrors { code } } }',
    );
    const data = await ask(
      app,
      'query ($id: String!) { events(filter: {requestId: $id}, last: 5) { totalCount edges { node { kind message model { name } } } } }',
      { id: extensions?.requestId },
    );
    expect(data).toEqual({
      events: {
        totalCount: 1,
        edges: [
          {
            node: {
              kind: 'MODEL_UPDATED',
              message: 'Changed summary of model searched',
              model: { name: 'searched' },
            },
          },
        ],
      },
    });
    await publish(app, 'searched', scalingModel(90));
    const newest = await ask(
      app,
      '{ events(filter: {model: "searched"}, last: 2) { edges { node { kind } } pageInfo { hasPreviousPage } } }',
    );
    expect(newest).toEqual({
      events: {
        edges: [{ node: { kind: 'MODEL_UPDATED' } }, { node: { kind: 'VERSION_PUBLISHED' } }],
        pageInfo: { hasPreviousPage: true },
      },
    });
  });

  it('refuses the names of what there never was, unless what is to come is waited for', async () => {
    await register(app, 'silent');
    const refused = (what: string) => ({
      message: expect.stringMatching(
        new RegExp(`^Expected the name of a ${what} that there is or was, got "serched"`),
      ),
      extensions: expect.objectContaining({ code: 'INVALID_ARGUMENT', field: ['filter', what] }),
    });
    for (const what of ['model', 'deployment']) {
      for (const wanted of ['edges { cursor }', 'totalCount']) {
        const { errors } = await app.graphql(
          `{ events(filter: {${what}: "serched"}, last: 1) { ${wanted} } }`,
        );
        expect(errors).toEqual([expect.objectContaining(refused(what))]);
      }
      const watch = watchEvents(app.subscriber(), { filter: { [what]: 'serched' } });
      expect(await watch.ended).toEqual(['INVALID_ARGUMENT']);
    }
    expect(
      await ask(
        app,
        `{ kinds: events(filter: {model: "silent", kinds: [ALIAS_MOVED]}, last: 1) { totalCount }
          awaited: events(filter: {model: "silent", deployment: "awaited", allowUnknown: true}, last: 1) { totalCount } }`,
      ),
    ).toEqual({ kinds: { totalCount: 0 }, awaited: { totalCount: 0 } });
    const after = await latestCursor(app);
    const coming = watchEvents(app.subscriber(), { after, filter: { model: 'awaited', allowUnknown: true } });
    await register(app, 'awaited');
    await coming.until(([first]) => first?.kind === 'MODEL_REGISTERED');
    coming.stop();
    for (const change of ['archiveModel', 'deleteModel'])
      await app.graphql(`mutation { ${change}(input: {name: "awaited"}) { userErrors { message } } }`);
    expect(
      await ask(app, '{ events(filter: {model: "awaited"}, last: 1) { edges { node { kind } } } }'),
    ).toEqual({ events: { edges: [{ node: { kind: 'MODEL_DELETED' } }] } });
  });
});

async function repeat(times: number, work: (round: number) => Promise<unknown>): Promise<void> {
  for (let round = 0; round < times; round += 1) await work(round);
}
