import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { databaseKinds } from '../support/databases.js';
import { startTestApp, type TestApp } from '../support/test-app.js';
import { ask, onlyError } from './support/ask.js';
import { publish, register, serve } from './support/catalog-steps.js';
import { scalingModel } from './support/own-models.js';

const MODELS = /* GraphQL */ `
  query (
    $filter: ModelFilter
    $orderBy: ModelOrder
    $first: Int
    $after: String
    $last: Int
    $before: String
  ) {
    models(filter: $filter, orderBy: $orderBy, first: $first, after: $after, last: $last, before: $before) {
      edges {
        cursor
        node {
          name
        }
      }
      pageInfo {
        hasNextPage
        hasPreviousPage
        startCursor
        endCursor
      }
      totalCount
    }
  }
`;

interface ModelPage {
  readonly names: readonly string[];
  readonly totalCount: number;
  readonly pageInfo: {
    readonly hasNextPage: boolean;
    readonly hasPreviousPage: boolean;
    readonly startCursor: string;
    readonly endCursor: string;
  };
}

describe.each(databaseKinds)('finding models, %s database', (kind) => {
  let app: TestApp;
  beforeAll(async () => {
    app = await startTestApp({ kind, examples: true });
    await register(app, 'band-gap', {
      domain: 'MATERIALS',
      labels: ['regression', 'crystals'],
      title: 'Band gap of perovskites',
    });
    await register(app, 'old-solubility', { domain: 'CHEMISTRY', labels: ['solubility'] });
    await app.graphql('mutation { archiveModel(input: {name: "old-solubility"}) { userErrors { code } } }');
  });
  afterAll(() => app.close());

  const page = async (variables: Record<string, unknown>): Promise<ModelPage> => {
    const { models } = await ask<{
      models: Omit<ModelPage, 'names'> & { edges: { node: { name: string } }[] };
    }>(app, MODELS, variables);
    const { edges, ...rest } = models;
    return { names: edges.map(({ node }) => node.name), ...rest };
  };

  it.each([
    { by: 'domain', filter: { domain: 'PHYSICS' }, found: ['binding-energy', 'lennard-jones'] },
    { by: 'one label', filter: { labels: ['regression'] }, found: ['band-gap', 'esol'] },
    { by: 'several labels, all of them', filter: { labels: ['regression', 'qsar'] }, found: ['esol'] },
    { by: 'text of the title, in any case', filter: { text: 'PEROVSKITES' }, found: ['band-gap'] },
    { by: 'text of the name', filter: { text: 'jones' }, found: ['lennard-jones'] },
    { by: 'domain and text together', filter: { domain: 'CHEMISTRY', text: 'solubility' }, found: ['esol'] },
    {
      by: 'being deployed',
      filter: { deployed: true },
      found: ['binding-energy', 'esol', 'lennard-jones', 'meat-fat', 'wine-cultivar'],
    },
    { by: 'having no deployment', filter: { deployed: false }, found: ['band-gap'] },
    { by: 'text that a pattern would read otherwise', filter: { text: '%' }, found: ['meat-fat'] },
  ])('by $by', async ({ filter, found }) => {
    expect(await page({ filter, orderBy: { field: 'NAME' } })).toMatchObject({
      names: found,
      totalCount: found.length,
    });
  });

  it('shows archived models only when asked for them', async () => {
    const filter = { text: 'old-solubility' };
    expect((await page({ filter })).names).toEqual([]);
    expect((await page({ filter: { ...filter, archived: true } })).names).toEqual(['old-solubility']);
  });

  it('answers null for what there is not', async () => {
    const data = await ask(
      app,
      '{ model(name: "nothing") { name } version(ref: "esol@99") { ref } deployment(name: "nothing") { name } }',
    );
    expect(data).toEqual({ model: null, version: null, deployment: null });
  });

  it('reads a version by number, tag, alias and digest, and a bare model as its production', async () => {
    const { model } = await ask<{ model: { version: { artifact: { digest: string } } } }>(
      app,
      '{ model(name: "esol") { version(ref: "1") { artifact { digest } } } }',
    );
    const data = await ask(
      app,
      `query ($digest: String!) {
         number: version(ref: "esol@1") { ref } tag: version(ref: "esol@v1.0.0") { ref }
         digest: version(ref: $digest) { ref } alias: version(ref: "esol@production") { ref } bare: version(ref: "esol") { ref }
       }`,
      { digest: `esol@${model.version.artifact.digest}` },
    );
    expect(data).toEqual({
      number: { ref: 'esol@1' },
      tag: { ref: 'esol@1' },
      digest: { ref: 'esol@1' },
      alias: { ref: 'esol@3' },
      bare: { ref: 'esol@3' },
    });
  });

  it('fetches any entity again by its id, several in the order asked for', async () => {
    const found = await ask<{ model: { id: string }; version: { id: string }; deployment: { id: string } }>(
      app,
      '{ model(name: "esol") { id } version(ref: "esol@1") { id } deployment(name: "esol") { id } }',
    );
    const ids = [found.deployment.id, found.model.id, found.version.id];
    const gone = await register(app, 'short-lived');
    await app.graphql('mutation { archiveModel(input: {name: "short-lived"}) { userErrors { code } } }');
    await app.graphql('mutation { deleteModel(input: {name: "short-lived"}) { userErrors { code } } }');

    const data = await ask(
      app,
      `query ($id: ID!, $ids: [ID!]!) {
         node(id: $id) { __typename id ... on Version { ref } }
         nodes(ids: $ids) { __typename id }
       }`,
      { id: found.version.id, ids: [...ids, gone.id] },
    );
    expect(data).toEqual({
      node: { __typename: 'Version', id: found.version.id, ref: 'esol@1' },
      nodes: [
        { __typename: 'Deployment', id: ids[0] },
        { __typename: 'Model', id: ids[1] },
        { __typename: 'Version', id: ids[2] },
        null,
      ],
    });
  });

  it('pages through a list without missing or repeating a row while rows are added', async () => {
    for (const name of ['page-b', 'page-d', 'page-f', 'page-h']) await register(app, name);
    const query = { filter: { text: 'page-' }, orderBy: { field: 'NAME' }, first: 2 };
    const first = await page(query);
    expect(first).toMatchObject({
      names: ['page-b', 'page-d'],
      pageInfo: { hasNextPage: true, hasPreviousPage: false },
    });

    // One before the cursor, where a page counted by offset would repeat a row, and one after it.
    await register(app, 'page-a');
    await register(app, 'page-e');
    const second = await page({ ...query, after: first.pageInfo.endCursor });
    expect(second.names).toEqual(['page-e', 'page-f']);
    const third = await page({ ...query, after: second.pageInfo.endCursor });
    expect(third).toMatchObject({ names: ['page-h'], totalCount: 6, pageInfo: { hasNextPage: false } });
  });

  it('pages newest first while newer rows arrive, and backwards in the same order', async () => {
    for (const name of ['turn-1', 'turn-2', 'turn-3', 'turn-4']) await register(app, name);
    const query = { filter: { text: 'turn-' }, orderBy: { field: 'CREATED_AT', direction: 'DESC' } };
    const newest = await page({ ...query, first: 2 });
    expect(newest.names).toEqual(['turn-4', 'turn-3']);
    await register(app, 'turn-5');
    const older = await page({ ...query, first: 2, after: newest.pageInfo.endCursor });
    expect(older.names).toEqual(['turn-2', 'turn-1']);
    const back = await page({ ...query, last: 2, before: older.pageInfo.startCursor });
    expect(back).toMatchObject({
      names: ['turn-4', 'turn-3'],
      pageInfo: { hasPreviousPage: true, hasNextPage: true },
    });
    expect((await page({ ...query, last: 2 })).names).toEqual(['turn-2', 'turn-1']);
  });

  it('cuts a page to 100 rows and says that there are more', async () => {
    const names = Array.from({ length: 101 }, (_, index) => `many-${String(index).padStart(3, '0')}`);
    const registrations = names.map(
      (name, index) =>
        `m${index}: registerModel(input: {name: "${name}", domain: GENERAL}) { userErrors { code } }`,
    );
    await ask(app, `mutation { ${registrations.join(' ')} }`);
    const all = await page({ filter: { text: 'many-' }, orderBy: { field: 'NAME' }, first: 5_000 });
    expect(all.names).toEqual(names.slice(0, 100));
    expect(all).toMatchObject({ totalCount: 101, pageInfo: { hasNextPage: true } });
    expect((await page({ first: 0 })).names).toEqual([]);
  });

  it('refuses a cursor of another list, and first together with last', async () => {
    const { pageInfo } = await page({ orderBy: { field: 'NAME' }, first: 1 });
    const foreign = await app.graphql(MODELS, {
      orderBy: { field: 'CREATED_AT' },
      after: pageInfo.endCursor,
    });
    expect(onlyError(foreign)).toEqual({
      code: 'CURSOR_INVALID',
      message: expect.stringContaining('Expected a cursor'),
    });
    const both = await app.graphql(MODELS, { first: 1, last: 1 });
    expect(onlyError(both)).toEqual({
      code: 'INVALID_ARGUMENT',
      message: 'Expected one of first and last, got first: 1 and last: 1. Leave one out.',
    });
  });

  it("lists a model's versions newest first, and its deployments", async () => {
    await serve(app, 'paged-versions', scalingModel(1));
    await publish(app, 'paged-versions', scalingModel(2));
    await publish(app, 'paged-versions', scalingModel(3));
    const data = await ask(
      app,
      `{ model(name: "paged-versions") {
           versions(first: 2) { totalCount edges { node { ref } } pageInfo { hasNextPage } }
           deployments(first: 5) { totalCount edges { node { name state version { ref } revision { number } } } } } }`,
    );
    expect(data).toEqual({
      model: {
        versions: {
          totalCount: 3,
          edges: [{ node: { ref: 'paged-versions@3' } }, { node: { ref: 'paged-versions@2' } }],
          pageInfo: { hasNextPage: true },
        },
        deployments: {
          totalCount: 1,
          edges: [
            {
              node: {
                name: 'paged-versions',
                state: 'READY',
                version: { ref: 'paged-versions@1' },
                revision: { number: 1 },
              },
            },
          ],
        },
      },
    });
  });

  it('lists deployments by model and state', async () => {
    const data = await ask(
      app,
      `{ ready: deployments(filter: {model: "esol", states: [READY]}) { totalCount edges { node { name model { name } runtime { threads } } } }
         failed: deployments(filter: {model: "esol", states: [FAILED]}) { totalCount edges { node { name } } } }`,
    );
    expect(data).toEqual({
      ready: {
        totalCount: 1,
        edges: [{ node: { name: 'esol', model: { name: 'esol' }, runtime: { threads: 1 } } }],
      },
      failed: { totalCount: 0, edges: [] },
    });
  });
});
