import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { databaseKinds } from '../support/databases.js';
import { startTestApp, type TestApp } from '../support/test-app.js';
import { setAlias, TAG } from './support/alias-steps.js';
import { ask, succeed } from './support/ask.js';
import { publish, register } from './support/catalog-steps.js';
import { scalingModel } from './support/own-models.js';

const MANY = 100;
const MODELS = 8;
const TRIES = 3;

type Query = (this: unknown, ...given: [string | { text: string }, ...unknown[]]) => unknown;

// What a page of a catalog costs must not grow with what is on it.
describe.each(databaseKinds)('SQL statements of one request, %s database', (kind) => {
  let app: TestApp;
  let statements: string[] = [];
  const client = pg.Client.prototype as unknown as { query: Query };
  const { query: original } = client;
  let instant = '';

  beforeAll(async () => {
    client.query = function (...given) {
      const text = typeof given[0] === 'string' ? given[0] : given[0].text;
      // What a session says once, and what the lock's session says now and then, belongs to no request.
      if (!/retort\.epoch|instance_lock/.test(text)) statements.push(text);
      return original.apply(this, given);
    };
    app = await startTestApp({ kind });
    await register(app, 'one');
    await publish(app, 'one', scalingModel(1));
    await register(app, 'many');
    const { digest } = await app.upload(scalingModel(2));
    for (let number = 1; number <= MANY; number += 1)
      await succeed(
        app,
        'mutation ($input: PublishVersionInput!) { publishVersion(input: $input) { userErrors { code message } } }',
        {
          input: {
            model: 'many',
            artifact: { digest },
            derivedFrom: [{ version: number === 1 ? 'one@1' : 'many@1', relation: 'FINE_TUNED' }],
          },
        },
      );
    for (let number = 1; number <= MANY; number += 7)
      await succeed(app, TAG, { input: { version: `many@${number}`, tag: `v${number}` } });
    for (const version of ['1', '50', '100'])
      await setAlias(app, { model: 'many', alias: `a-${version}`, version });
    await setAlias(app, { model: 'many', alias: 'production', version: '3' });
    for (let number = 1; number <= MODELS; number += 1) {
      await register(app, `model-${number}`);
      await publish(app, `model-${number}`, scalingModel(1));
      await setAlias(app, { model: `model-${number}`, alias: 'production', version: '1' });
    }
    instant = new Date().toISOString();
  });
  afterAll(async () => {
    await app.close();
    client.query = original;
  });

  /**
   * How many statements a request sends. Asked once before: the first may prepare what the others find ready. The fewest of
   * some tries: the server has statements of its own, which may come meanwhile.
   */
  async function cost(request: () => Promise<unknown>): Promise<number> {
    await request();
    let fewest = Infinity;
    for (let times = 0; times < TRIES; times += 1) {
      statements = [];
      await request();
      fewest = Math.min(fewest, statements.length);
    }
    return fewest;
  }

  it('listing versions with their tags, aliases and artifacts: as many for 100 as for 1', async () => {
    const document = `query ($name: String!, $first: Int!) { model(name: $name) { versions(first: $first) {
      edges { node { ref tags { name } aliases { name protected } artifact { size } derivedFrom { relation } } } } } }`;
    interface Listed {
      model: { versions: { edges: { node: { ref: string; tags: object[]; aliases: object[] } }[] } };
    }
    const list = (name: string) => ask<Listed>(app, document, { name, first: MANY });
    const listed = (await list('many')).model.versions.edges.map(({ node }) => node);
    expect(listed).toHaveLength(MANY);
    expect(listed.flatMap(({ tags }) => tags)).toHaveLength(15);
    expect(listed.flatMap(({ aliases }) => aliases)).toHaveLength(4);
    expect((await list('one')).model.versions.edges).toHaveLength(1);
    const one = await cost(() => list('one'));
    expect(one).toBeGreaterThan(0);
    expect(await cost(() => list('many'))).toBe(one);
  });

  it.each([
    ['an alias now', ''],
    ['an alias at an instant', ', at: $at'],
  ])('%s: as many for several models as for 1', async (_, at) => {
    const document = `query ($text: String!, $at: DateTime) { models(first: 100, filter: {text: $text}) {
      edges { node { name aliasHistory(first: 1) { totalCount } alias(name: "production"${at}) { version { ref }
      history(first: 3) { totalCount edges { node { to { ref } } } } } } } } }`.replace(
      at === '' ? ', $at: DateTime' : '',
      '',
    );
    interface Listed {
      models: {
        edges: {
          node: { name: string; alias: { version: { ref: string }; history: { totalCount: number } } };
        }[];
      };
    }
    const list = (text: string) => ask<Listed>(app, document, { text, at: instant });
    const { models } = await list('model-');
    expect(models.edges).toHaveLength(MODELS);
    for (const { node } of models.edges) {
      expect(node.alias.version.ref).toBe(`${node.name}@1`);
      expect(node.alias.history.totalCount).toBe(1);
    }
    expect((await list('model-3')).models.edges).toHaveLength(1);
    const one = await cost(() => list('model-3'));
    expect(one).toBeGreaterThan(0);
    expect(await cost(() => list('model-'))).toBe(one);
  });

  it.each([
    [
      'what versions were made from and into, with totals',
      `query ($n: Int!) { model(name: "many") { versions(last: $n) { edges { node { ref derivedFrom { version { ref } }
      derivatives(first: 2) { totalCount edges { node { ref } } } } } } } }`,
    ],
    [
      'models with their newest versions, tags and aliases',
      `query ($n: Int!) { models(last: $n, filter: {text: "model-"}) { totalCount edges { node { name aliases { name
      version { ref } } versions(first: 2) { totalCount edges { node { ref tags { name } aliases { name } } } } } } } }`,
    ],
    [
      'events with what they are about',
      `query ($n: Int!) { events(last: $n, filter: {kinds: [ALIAS_MOVED]}) { edges { node { message model { name }
      version { ref } } } } }`,
    ],
    [
      'versions with the lineage of each',
      `query ($n: Int!) { model(name: "many") { versions(first: $n) { edges { node { lineage(depth: 2) { nodes { ref }
      edges { child { ref } parent { ref } } } } } } } }`,
    ],
  ])('%s: as many for a page of several as for a page of 1', async (_, document) => {
    const list = (n: number) => ask<Record<string, unknown>>(app, document, { n });
    const edges = async (n: number) => JSON.stringify(await list(n)).split('"node":').length;
    expect(await edges(MODELS)).toBeGreaterThan(await edges(1));
    const one = await cost(() => list(1));
    expect(one).toBeGreaterThan(0);
    expect(await cost(() => list(MODELS))).toBe(one);
  });

  it('a change: none more where the database checks who writes', async () => {
    const update = () =>
      succeed(
        app,
        'mutation { updateModel(input: {name: "one", summary: "again"}) { model { summary } userErrors { code message } } }',
      );
    await cost(update);
    expect(statements.map((text) => /\w+/.exec(text)?.[0])).toEqual([
      'BEGIN',
      'SELECT',
      'SELECT',
      'INSERT',
      'UPDATE',
      'UPDATE',
      'INSERT',
      'COMMIT',
    ]);
  });
});
