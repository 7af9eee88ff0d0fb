import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { getIntrospectionQuery } from 'graphql';
import { onBothPaths } from './support/graphql-paths.js';
import { startTestApp, type TestApp } from '../support/test-app.js';
import { ask, onlyError } from './support/ask.js';
import { publish, register, serve } from './support/catalog-steps.js';
import { scalingModel } from './support/own-models.js';

const THREE_LEVELS = /* GraphQL */ `
  query ($models: Int!, $versions: Int!) {
    models(first: $models, orderBy: { field: NAME }) {
      edges {
        node {
          name
          versions(first: $versions) {
            edges {
              node {
                ref
                tags {
                  name
                }
                model {
                  deployments(first: 5) {
                    edges {
                      node {
                        name
                        version {
                          ref
                        }
                      }
                    }
                  }
                }
              }
            }
          }
        }
      }
    }
  }
`;

describe.each(onBothPaths)('limits of a query, %s database, %s documents compiled', (kind, compiled) => {
  let app: TestApp;
  beforeAll(async () => {
    app = await startTestApp({ kind, graphqlPaths: { compiled } });
    await serve(app, 'limited', scalingModel(2));
    await publish(app, 'limited', scalingModel(3));
    await register(app, 'other');
  });
  afterAll(() => app.close());

  it('an honest Relay query of three levels passes', async () => {
    const deployments = { edges: [{ node: { name: 'limited', version: { ref: 'limited@1' } } }] };
    expect(await ask(app, THREE_LEVELS, { models: 10, versions: 10 })).toEqual({
      models: {
        edges: [
          {
            node: {
              name: 'limited',
              versions: {
                edges: [
                  { node: { ref: 'limited@2', tags: [], model: { deployments } } },
                  { node: { ref: 'limited@1', tags: [], model: { deployments } } },
                ],
              },
            },
          },
          { node: { name: 'other', versions: { edges: [] } } },
        ],
      },
    });
  });

  it('the introspection query passes, whole', async () => {
    const { __schema } = await ask<{
      __schema: {
        types: {
          name: string;
          description: string | null;
          fields: { description: string | null }[] | null;
        }[];
      };
    }>(app, getIntrospectionQuery({ inputValueDeprecation: true, oneOf: true, specifiedByUrl: true }));
    const own = __schema.types.filter(({ name }) => !name.startsWith('__'));
    expect(own.length).toBeGreaterThan(50);
    expect(
      own
        .filter(({ description, fields }) => !description || fields?.some((field) => !field.description))
        .map(({ name }) => name),
    ).toEqual([]);
  });

  it('the cost is that of the variables, not of the document', async () => {
    expect(onlyError(await app.graphql(THREE_LEVELS, { models: 100, versions: 100 }))).toEqual({
      code: 'QUERY_TOO_COSTLY',
      message: expect.stringMatching(/^Expected an operation that costs at most \d+, got \d+/),
    });
    expect(await ask(app, THREE_LEVELS, { models: 1, versions: 1 })).toHaveProperty('models');
  });

  it('many aliases of one costly field are counted one by one', async () => {
    const bomb = Array.from(
      { length: 500 },
      (_, index) => `a${index}: models(first: 100) { edges { node { name title } } }`,
    );
    expect(onlyError(await app.graphql(`{ ${bomb.join(' ')} }`))).toMatchObject({ code: 'QUERY_TOO_COSTLY' });
    expect(await ask(app, `{ ${bomb.slice(0, 2).join(' ')} }`)).toHaveProperty('a1');
  });

  it('many runs of a model in one document are refused', async () => {
    const runs = Array.from(
      { length: 200 },
      (_, index) => `r${index}: infer(input: {deployment: "limited", inputs: []}) { userErrors { code } }`,
    );
    expect(onlyError(await app.graphql(`mutation { ${runs.join(' ')} }`))).toMatchObject({
      code: 'QUERY_TOO_COSTLY',
    });
  });

  it('fragments that spread each other twice over and over are refused', async () => {
    const fragments = Array.from(
      { length: 40 },
      (_, index) =>
        `fragment F${index} on Model { a: version { model { ...F${index + 1} } } b: version { model { ...F${index + 1} } } }`,
    );
    const { message } = onlyError(
      await app.graphql(
        `{ model(name: "limited") { ...F0 } } ${fragments.join(' ')} fragment F40 on Model { name }`,
      ),
    );
    expect(message).toMatch(/levels deep/);
  });

  it('over WebSocket the same limits hold', async () => {
    const client = app.subscriber();
    const answer = await new Promise((resolve) => {
      client.subscribe(
        { query: THREE_LEVELS, variables: { models: 100, versions: 100 } },
        { next: resolve, error: resolve, complete: () => resolve('nothing') },
      );
    });
    expect(JSON.stringify(answer)).toContain('QUERY_TOO_COSTLY');
    const honest = await new Promise((resolve) => {
      client.subscribe(
        { query: '{ model(name: "limited") { name } }' },
        { next: resolve, error: resolve, complete: () => resolve('nothing') },
      );
    });
    expect(honest).toMatchObject({ data: { model: { name: 'limited' } } });
  });
});

describe.each(onBothPaths)(
  'with introspection switched off, %s database, %s documents compiled',
  (kind, compiled) => {
    it('the schema is not told, over HTTP or WebSocket, and queries still run', async () => {
      const app = await startTestApp({ kind, graphqlPaths: { compiled }, config: { introspection: false } });
      try {
        expect(onlyError(await app.graphql('{ __schema { types { name } } }')).message).toMatch(
          /introspection/i,
        );
        const client = app.subscriber();
        const answer = await new Promise((resolve) => {
          client.subscribe(
            { query: '{ __schema { types { name } } }' },
            { next: resolve, error: resolve, complete: () => resolve('nothing') },
          );
        });
        expect(JSON.stringify(answer)).toMatch(/introspection/i);
        expect(await ask(app, '{ models { totalCount } }')).toEqual({ models: { totalCount: 0 } });
      } finally {
        await app.close();
      }
    });
  },
);
